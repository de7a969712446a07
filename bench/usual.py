"""The usual way, as a peer: one Celery task per SMS. ORM get, sync client, ORM save.

It is given every advantage that does not change its nature: a small table of its own with the
number and the words in plain text, no signature, no callback, connections that are kept, tasks
that are fetched ahead, and nothing else to do. It sends twice after a crash, and loses answers.
"""

from __future__ import annotations

from functools import cache

from celery import Celery
from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from twilio.rest import Client

QUEUE = "usual"

# Whoever imports this keeps the application that it has.
app = Celery(QUEUE, set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=None,
    task_create_missing_queues=True,
    task_default_queue=QUEUE,
    beat_schedule={},
    worker_prefetch_multiplier=4,
)


class Sms(models.Model):
    """One SMS of the usual way."""

    phone = models.CharField(max_length=16)
    body = models.TextField()
    state = models.CharField(max_length=16, default="queued")
    provider_id = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"#{self.pk}"


def make_table() -> None:
    """Create the table: it is in no migration, since no installation has it."""
    with connection.schema_editor() as editor:
        editor.create_model(Sms)


@app.task(name="bench.usual.send")
def send(key: int) -> None:
    """Send one."""
    sms = Sms._default_manager.get(pk=key)
    made = _client().messages.create(
        to=sms.phone,
        from_=settings.TWILIO_SENDER,
        body=sms.body,
        status_callback=f"https://notify.example/sms/status?ref=d{sms.pk}",
        validity_period=14_400,
    )
    sms.state, sms.provider_id, sms.updated_at = "sent", made.sid, timezone.now()
    sms.save()


@cache
def _client() -> Client:
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    client.api.base_url = settings.TWILIO_API_URL
    return client
