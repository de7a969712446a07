"""What ``celery -A bench.usual_worker worker`` runs: Django is set up before the model is defined."""

import django

django.setup()

from bench.usual import app  # noqa: E402 - needs Django set up

__all__ = ["app"]
