"""The Celery application; tasks wake verbs, rows are the work."""

import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
# The worker would load every page for checks whose findings it tells nobody.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")  # stop at once; the task goes back in the queue

from celery import Celery
from celery.signals import worker_process_init

from project.embedded.processes import die_with_parent

app = Celery("discless")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect(dispatch_uid="die with the worker")  # type: ignore[untyped-decorator]
def _die_with_the_worker(**_: object) -> None:
    """A process of the pool whose worker was killed would keep the lock until its task ends."""
    die_with_parent(signal.SIGKILL)
