"""What channels, and the states of their deliveries, are called in front of an editor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notify.dispatch.models import State

CHANNELS = {
    "sms": _("SMS"),
    "feeds": _("Feeds and calendars"),
    "banners": _("Banner on web pages"),
    "websub": _("Hubs that tell feed readers"),
    "webhooks": _("Receiving systems"),
}
"""A channel that is not listed goes by its own name."""
PROVIDERS = {"twilio": "Twilio", "46elks": "46elks"}
"""Companies' names; one that is not listed goes by its own name."""


def channel_label(name: str) -> str:
    """What a channel is called."""
    return str(CHANNELS.get(name, name))


def provider_label(name: str) -> str:
    """What the company behind a channel is called."""
    return PROVIDERS.get(name, name)


def counted(state: str, count: int) -> str:
    """So many deliveries in that state, in words: "312 arrived"."""
    sentences = {
        State.QUEUED: ngettext("%(count)d waiting", "%(count)d waiting", count),
        State.SENDING: ngettext("%(count)d being sent", "%(count)d being sent", count),
        State.IN_DOUBT: ngettext(
            "%(count)d uncertain, being looked into",
            "%(count)d uncertain, being looked into",
            count,
        ),
        State.SENT: ngettext("%(count)d sent", "%(count)d sent", count),
        State.DELIVERED: ngettext("%(count)d arrived", "%(count)d arrived", count),
        State.FAILED: ngettext("%(count)d did not arrive", "%(count)d did not arrive", count),
        State.WITHDRAWN: ngettext("%(count)d never sent", "%(count)d never sent", count),
    }
    return sentences[State(state)] % {"count": count}
