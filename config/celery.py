"""The Celery application: two queues and a beat. Tasks live in ``notify/dispatch/tasks.py``."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("notify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_options: object) -> None:
    """Leave logging as the settings have it: Celery asks, and would otherwise set up its own."""
