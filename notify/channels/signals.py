"""What channels announce about what came in from outside. Dispatch listens."""

from django.dispatch import Signal

status_reported = Signal()
"""A provider's later word on a message, authenticated.

Sent with ``reference`` (ours), ``receipt`` (a ``Receipt``: accepted, delivered or failed).
"""

text_received = Signal()
"""A person wrote to us.

Sent with ``address`` (E.164), ``body``, ``provider_id``, and ``answered`` (True when the provider
has already answered by itself, as Twilio does for STOP: an answer of ours would be refused).
"""
