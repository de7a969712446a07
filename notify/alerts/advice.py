"""The phrase bank: what people are told to do, chosen and never written, so that it is right in every language.

An alert keeps what was chosen by its keys, ``{"drink": "boil"}``. What was published names them for ever:
add phrases, but take none away and let none mean something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notify.alerts.languages import by_language

Chosen = Mapping[str, str]
"""Kind of advice → key of the phrase."""


class Kind(TextChoices):
    """What the advice is about, in the order in which it is read."""

    DRINK = "drink", pgettext_lazy("advice", "Drinking")
    SHOWER = "shower", pgettext_lazy("advice", "Showering")
    WASH = "wash", pgettext_lazy("advice", "Dishes and laundry")
    FLUSH = "flush", pgettext_lazy("advice", "The toilet")
    WARMTH = "warmth", pgettext_lazy("advice", "Warmth")
    APPLIANCES = "appliances", pgettext_lazy("advice", "Electrical appliances")
    BIN = "bin", pgettext_lazy("advice", "The bin")


class Tone(StrEnum):
    """What a phrase does: lets people do as usual, asks for care, or forbids."""

    GO = "go"
    CARE = "care"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One piece of advice. key: its name within its kind. words: a sentence, in the active language.

    sms: the same for an SMS, where every character is paid for: only what somebody's health may
    hang on, since not everybody follows the link.
    """

    kind: Kind
    key: str
    tone: Tone
    words: Promise
    sms: Promise | None = None

    @property
    def icon(self) -> str:
        """Its drawing among the static files: it says by its shapes what the words say, not by colour."""
        return f"alerts/advice/{self.kind.value}-{self.key}.svg"

    def by_language(self) -> dict[str, str]:
        """The sentence in each language of the site."""
        return by_language(self.words)

    def sms_by_language(self) -> dict[str, str]:
        """The sentence of an SMS in each language of the site; nothing if it has none."""
        return by_language(self.sms) if self.sms else {}


BANK = (
    Phrase(
        Kind.DRINK,
        "yes",
        Tone.GO,
        gettext_lazy("You can drink the water."),
        sms=gettext_lazy("You can drink the water."),
    ),
    Phrase(
        Kind.DRINK,
        "boil",
        Tone.CARE,
        gettext_lazy("Boil the water before you drink it or cook with it."),
        sms=pgettext_lazy("SMS", "Boil your drinking water."),
    ),
    Phrase(
        Kind.DRINK,
        "no",
        Tone.STOP,
        gettext_lazy("Do not drink the water or cook with it. Boiling it does not help."),
        sms=pgettext_lazy("SMS", "Do not drink the water, not even boiled."),
    ),
    Phrase(Kind.SHOWER, "yes", Tone.GO, gettext_lazy("You can shower and bathe.")),
    Phrase(
        Kind.SHOWER,
        "mouth",
        Tone.CARE,
        gettext_lazy("You can shower and bathe, but do not swallow the water."),
    ),
    Phrase(Kind.SHOWER, "no", Tone.STOP, gettext_lazy("Do not shower or bathe.")),
    Phrase(Kind.WASH, "yes", Tone.GO, gettext_lazy("You can wash dishes and clothes.")),
    Phrase(Kind.WASH, "no", Tone.STOP, gettext_lazy("Do not wash dishes or clothes.")),
    Phrase(Kind.FLUSH, "yes", Tone.GO, gettext_lazy("You can flush the toilet.")),
    Phrase(Kind.FLUSH, "little", Tone.CARE, gettext_lazy("Flush the toilet as little as you can.")),
    Phrase(Kind.FLUSH, "no", Tone.STOP, gettext_lazy("Do not flush the toilet.")),
    Phrase(
        Kind.WARMTH,
        "closed",
        Tone.CARE,
        gettext_lazy("Keep windows and doors closed to stay warm."),
    ),
    Phrase(
        Kind.APPLIANCES,
        "off",
        Tone.CARE,
        gettext_lazy("Switch off the cooker, the iron and whatever else gets hot."),
    ),
    Phrase(Kind.BIN, "yes", Tone.GO, gettext_lazy("Put out your bin as usual.")),
    Phrase(Kind.BIN, "wait", Tone.CARE, gettext_lazy("Leave your bin out until it is emptied.")),
    Phrase(Kind.BIN, "no", Tone.STOP, gettext_lazy("Do not put out your bin.")),
)
"""Every phrase, kind by kind."""

_BY_NAME = {(phrase.kind.value, phrase.key): phrase for phrase in BANK}


def of_kind(kind: str, *, ending: bool = False) -> list[Phrase]:
    """The phrases to choose from. ending: only those that can be said when it is over."""
    return [
        phrase for phrase in BANK if phrase.kind == kind and (phrase.tone == Tone.GO or not ending)
    ]


def phrases(chosen: Chosen) -> list[Phrase]:
    """The phrases chosen, in the bank's order."""
    return [phrase for name, phrase in _BY_NAME.items() if chosen.get(name[0]) == name[1]]


def objections(chosen: Chosen, *, ending: bool) -> Iterator[str]:
    """Why some of it cannot be said, as sentences.

    ending: it goes with an all-clear, which must not leave anybody boiling water.
    """
    for kind, key in chosen.items():
        phrase = _BY_NAME.get((kind, key))
        if phrase is None:
            yield _("There is no advice “%(kind)s: %(key)s”.") % {"kind": kind, "key": key}
        elif ending and phrase.tone != Tone.GO:
            yield _("“%(phrase)s” cannot be said when it is over.") % {"phrase": phrase.words}
