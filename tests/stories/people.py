"""Who the stories are about: residents with phones, and editors at the console."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from notify.demo.stack import Stack
from tests.simulator_fixture import Simulator, wait_until
from tests.stories.browsing import Form, Page, Visitor

PATIENCE = 60.0
HERE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Alert:
    """An alert as its editor knows it. number: of its latest update, 0 while it is a draft."""

    code: str
    link: str
    number: int = 0


@dataclass(frozen=True)
class Words:
    """A headline and what follows, in Swedish and English; the English may be left out."""

    sv: str
    en: str = ""
    description: str = "En ledning har gått sönder. Vi lagar den nu."
    instruction: str = "Spara på vattnet tills vidare."

    def fields(self) -> dict[str, str]:
        """As the console's forms ask for them."""
        english = ("A pipe has burst. We are mending it.", "Use water sparingly for now.")
        return {
            "sv_headline": self.sv,
            "sv_description": self.description,
            "sv_instruction": self.instruction,
            "en_headline": self.en,
            "en_description": english[0] if self.en else "",
            "en_instruction": english[1] if self.en else "",
        }

    def of(self, resident: Resident) -> str:
        """The headline that this resident gets to read."""
        return self.en if resident.language == "en" and self.en else self.sv


class Resident:
    """Somebody with a phone, who wants to know about some areas."""

    def __init__(self, house: Stack, phone: str, areas: Sequence[str], language: str) -> None:
        self.house, self.phone, self.areas, self.language = house, phone, areas, language
        self.simulator = Simulator(house.simulator_url)

    def subscribes(self) -> Resident:
        """Sign up on the web, with the code that comes by SMS."""
        visitor, code = self.asks_for_a_code()
        page = visitor.submit(code=code)
        assert urlsplit(page.url).path.endswith("/done/"), page.text[:600]
        return self

    def asks_for_a_code(self) -> tuple[Visitor, str]:
        """Fill in the first form; returns the visitor at the second one, and the code that came."""
        visitor = Visitor(self.house.web_url, self.language)
        had = len(self.texts())
        visitor.open("/subscribe/")
        visitor.submit(phone=self.phone, areas=self.areas)
        return visitor, self.hears(r"\b\d{6}\b", after=had)

    def texts(self) -> list[str]:
        """Every SMS the phone got, oldest first."""
        return self.simulator.texts_to(self.phone)

    def texts_about(self, alert: Alert) -> list[str]:
        """Every SMS that links to the alert, oldest first."""
        return [text for text in self.texts() if f"/{alert.code}." in text]

    def writes(self, words: str) -> None:
        """Answer whoever wrote last; returns when the webhook has answered."""
        self.simulator.reply(self.phone, words)

    def hears(self, pattern: str, after: int = 0) -> str:
        """Wait for an SMS in which the pattern is found, and return what was. after: SMS to skip."""

        def found() -> str:
            matches = (re.search(pattern, text) for text in self.texts()[after:])
            return next((match[0] for match in matches if match), "")

        return wait_until(found, f"an SMS like {pattern!r}", PATIENCE)


class Editor:
    """Somebody who writes alerts in the console, through its forms."""

    def __init__(self, house: Stack, username: str, password: str) -> None:
        self.visitor = Visitor(house.web_url)
        self.house = house
        self.visitor.open("/console/login/")
        page = self.visitor.submit(username=username, password=password)
        assert urlsplit(page.url).path == "/console/", page.text[:600]

    # --- writing ------------------------------------------------------------------------------

    def drafts(self, area: str, words: Words, *, severity: str = "Severe") -> Alert:
        """Save a draft, begun from the template, that is over in four hours."""
        self.visitor.open("/console/alerts/new/?template=water-disruption")
        answers = {"areas": [area], "severity": severity, "expires": local_time(hours=4)}
        page = self.visitor.submit("areas", "sv_headline", **answers, **words.fields(), then="save")
        assert page.status == 200, page.text[:1000]
        code = urlsplit(page.url).path.split("/")[3]
        return Alert(code, f"{self.house.web_url}/a/{code}/")

    def publishing(self, alert: Alert) -> Form:
        """The form behind the button that publishes a draft, after the preview."""
        page = self.visitor.open(f"/console/alerts/{alert.code}/publish/")
        return page.form("version", "key").with_({"step": "send"})

    def publishes(self, alert: Alert) -> Alert:
        """Look at the preview, and publish."""
        return self._sends(alert, self.publishing(alert))

    def plans(self, alert: Alert, *, hours: float) -> Page:
        """Look at the preview for a time in so many hours, and let it go out by itself then."""
        at = urlencode({"publish_at": local_time(hours=hours)})
        page = self.visitor.open(f"/console/alerts/{alert.code}/publish/?{at}")
        return self.visitor.send(page.form("version", "key").with_({"step": "send"}))

    def tells(self, area: str, words: Words, *, severity: str = "Severe") -> Alert:
        """Draft and publish."""
        return self.publishes(self.drafts(area, words, severity=severity))

    # --- what follows -------------------------------------------------------------------------

    def updates(self, alert: Alert, **changes: str) -> Alert:
        """Post an update that changes these fields of the form."""
        return self._moves(alert, "update", changes)

    def resolves(self, alert: Alert, words: Words, *, asks: bool = False) -> Alert:
        """Give the all-clear. asks: whether anybody is still without."""
        return self._moves(alert, "resolve", words.fields() | ({"ask": "on"} if asks else {}))

    def cancels(self, alert: Alert, words: Words) -> Alert:
        """Take back what was sent in error."""
        return self._moves(alert, "cancel", words.fields())

    def _moves(self, alert: Alert, move: str, changes: dict[str, str]) -> Alert:
        self.visitor.open(f"/console/alerts/{alert.code}/{move}/")
        page = self.visitor.submit("version", "sv_headline", **changes, step="look")
        return self._sends(alert, page.form("version", "key").with_({"step": "send"}))

    def _sends(self, alert: Alert, form: Form) -> Alert:
        page = self.visitor.send(form)
        assert (page.status, urlsplit(page.url).path) == (200, f"/console/alerts/{alert.code}/"), (
            page.text[:1000]
        )
        return replace(alert, number=alert.number + 1)

    def reads(self, alert: Alert) -> str:
        """What the alert's page says, without its markup."""
        page = self.visitor.open(f"/console/alerts/{alert.code}/")
        return " ".join(page.tree.xpath("string(//main)").split())

    # --- watching -----------------------------------------------------------------------------

    def bars(self, alert: Alert) -> Page:
        """How the latest update is getting on, as the console draws it."""
        path = f"/console/alerts/{alert.code}/updates/{alert.number}/now/"
        page = self.visitor.open(path)
        assert page.status == 200, page.text[:1000]
        return page

    def sees_it_arrive(self, alert: Alert, seconds: float = PATIENCE) -> Page:
        """Watch the bars until nothing more is to come."""

        def finished() -> Page | None:
            page = self.bars(alert)
            return page if page.tree.xpath("//@data-finished") == ["true"] else None

        found = wait_until(finished, "every delivery to be final", seconds)
        assert found
        return found


def local_time(**later: float) -> str:
    """A time from now as ``datetime-local`` writes it, in the site's time zone."""
    return (datetime.now(UTC) + timedelta(**later)).astimezone(HERE).strftime("%Y-%m-%dT%H:%M")
