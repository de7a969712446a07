"""What every page knows without its view saying so."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def publisher(request: HttpRequest) -> dict[str, object]:
    """Who publishes, how to reach them, where, in which language; whether an SMS may be promised, and replied to."""
    return {
        "publisher_name": settings.PUBLISHER_NAME,
        "publisher_phone": settings.PUBLISHER_PHONE,
        "publisher_email": settings.PUBLISHER_EMAIL,
        "site_language": settings.LANGUAGE_CODE,
        "public_url": settings.PUBLIC_URL,
        "sms_enabled": settings.SMS_ENABLED,
        "sms_replies": settings.SMS_REPLIES,
    }
