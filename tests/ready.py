"""What a process reads in before children of tests are forked from it."""

from importlib import import_module

import django

django.setup()
for room in ("analytics.external_logs.runs", "analytics.sources.mirrored"):
    import_module(room)
