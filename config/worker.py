"""What ``celery -A config.worker`` runs, workers and beat. A wrong setting ends them in a sentence."""

from config.celery import app
from config.refusal import wrong_settings_end_in_a_sentence

__all__ = ["app"]

with wrong_settings_end_in_a_sentence():
    app.set_current()
