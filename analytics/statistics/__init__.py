"""Intervals, quantiles and survival; pure."""
