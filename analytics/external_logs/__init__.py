"""Bring your own log: read, map, check, keep."""
