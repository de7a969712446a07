"""The frozen words handed to channels: nothing in a notice joins to a table that can be edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

TIMES = ("sent", "onset", "expires", "corrected_at")


@dataclass(frozen=True, slots=True)
class Place:
    """An area the notice concerns. path: codes from the root down, "/1490/1490TB121/"."""

    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language; description and instruction may be empty."""

    headline: str
    description: str = ""
    instruction: str = ""


def words_from_json(plain: Mapping[str, Mapping[str, str]]) -> dict[str, Words]:
    """The words by language, from their parts by name."""
    return {code: Words(**parts) for code, parts in plain.items()}


@dataclass(frozen=True, slots=True)
class Advice:
    """What people are told to do about one thing. kind, key: for programs; words: a sentence by language.

    sms: the same in an SMS; empty for what an SMS leaves to the page, and in notices from before there was any.
    """

    kind: str
    key: str
    words: Mapping[str, str]
    sms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """One update of an alert as it was published, in CAP 1.2's terms.

    update: the update's UUID, its name for ever. alert: the alert's code. number: 1, 2, … within
    the alert. message_type, response_type, category, severity, urgency, certainty: CAP's values.
    service_names and words: by language code; words hold at least ``language``, the site's own.
    sent, onset, expires: aware datetimes. url: the alert's public page, absolute. advice: in the
    order in which it is read. sms_url: the page that shows what its SMS said, absolute and short;
    empty in notices from before there was one, whose SMS lead to ``url``. help_at: where help is to
    be had, the same lines in every language, and help_heading: what stands above them, by language;
    both empty when there is none. question: by language,
    what people are asked to answer; none are asked while it is empty. leave_url: where to leave,
    when a message cannot be answered; empty when it can. corrected_at: when its words were last
    corrected; None while they are those that were sent.
    """

    update: str
    alert: str
    number: int
    message_type: str
    response_type: str
    category: str
    service: str
    service_names: Mapping[str, str]
    severity: str
    urgency: str
    certainty: str
    places: tuple[Place, ...]
    language: str
    words: Mapping[str, Words]
    sent: datetime
    onset: datetime
    expires: datetime | None
    url: str
    publisher: str
    advice: tuple[Advice, ...] = ()
    sms_url: str = ""
    question: Mapping[str, str] = field(default_factory=dict)
    leave_url: str = ""
    help_at: tuple[str, ...] = ()
    help_heading: Mapping[str, str] = field(default_factory=dict)
    corrected_at: datetime | None = None

    @property
    def all_clear(self) -> bool:
        """Whether it says that the disruption is over (CAP responseType AllClear)."""
        return self.response_type == "AllClear"

    @property
    def cancelled(self) -> bool:
        """Whether it takes back what was sent in error (CAP msgType Cancel)."""
        return self.message_type == "Cancel"

    @property
    def ends_alert(self) -> bool:
        """Whether nothing of the alert stands after it."""
        return self.all_clear or self.cancelled

    @property
    def ending(self) -> str:
        """How it ends its alert: "resolved", "cancelled", or "" if it does not."""
        if self.cancelled:
            return "cancelled"
        return "resolved" if self.all_clear else ""

    @property
    def planned(self) -> bool:
        """Whether it announces planned work."""
        return self.urgency == "Future"

    @property
    def lapses(self) -> datetime | None:
        """When it is over without anybody saying so: planned work at its end, else never."""
        return self.expires if self.planned else None

    def stale(self, now: datetime) -> bool:
        """Whether its words are no longer worth sending: what it says should be over is past."""
        return not self.ends_alert and self.expires is not None and self.expires <= now

    def corrected(self, words: Mapping[str, Words], at: datetime) -> Self:
        """The same notice in other words, which have held since then."""
        return replace(self, words=words, corrected_at=at)

    def in_language(self, language: str) -> Words:
        """The words in that language, else in the site's own."""
        return self.words.get(language) or self.words[self.language]

    def service_name(self, language: str) -> str:
        """What the service is called in that language, else in the site's own."""
        own = self.service_names.get(self.language, self.service)
        return self.service_names.get(language, own)

    def advice_in(self, language: str) -> list[str]:
        """The sentences of advice in that language, else in the site's own."""
        return [one.words.get(language) or one.words[self.language] for one in self.advice]

    def sms_advice_in(self, language: str) -> list[str]:
        """The sentences of advice that an SMS holds, in that language, else in the site's own."""
        return [one.sms.get(language) or one.sms[self.language] for one in self.advice if one.sms]

    def help_heading_in(self, language: str) -> str:
        """What stands above where help is to be had in that language, else in the site's own."""
        return self.help_heading.get(language) or self.help_heading[self.language]

    def place_names(self) -> str:
        """The names of its places, "Äspered, Dalsjöfors"."""
        return ", ".join(place.name for place in self.places)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; ``from_json`` brings back an equal notice."""
        plain = asdict(self)
        for name in TIMES:
            plain[name] = plain[name] and plain[name].isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The notice that ``to_json`` put down."""
        times = {
            name: datetime.fromisoformat(plain[name]) if plain.get(name) else None for name in TIMES
        }
        return cls(
            **{
                **plain,
                **times,
                "places": tuple(Place(**place) for place in plain["places"]),
                "words": words_from_json(plain["words"]),
                # Notices from before there was advice have none.
                "advice": tuple(Advice(**one) for one in plain.get("advice", ())),
                "help_at": tuple(plain.get("help_at", ())),
            }
        )
