"""The Celery application; tasks wake verbs, rows are the work."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")  # stop at once; the task goes back in the queue

from celery import Celery

app = Celery("discless")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
