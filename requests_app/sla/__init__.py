"""Clocks of a request: calendar, fold, rules, explanation."""
