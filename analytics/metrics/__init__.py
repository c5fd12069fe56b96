"""Measures declared as data, computed by DuckDB."""
