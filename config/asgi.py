"""The same site for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

from config.refusal import wrong_settings_end_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with wrong_settings_end_in_a_sentence():
    application = get_asgi_application()
