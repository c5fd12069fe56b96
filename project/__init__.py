"""Composition root: settings, urls, servers. Nobody imports it."""
