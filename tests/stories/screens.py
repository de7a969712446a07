"""A resident before a screen: what they press and read there, and what must never show behind it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import expect

from tests.stories.people import PATIENCE, Alert, Resident, Words

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Response

LONGEST = PATIENCE * 1000
"""Milliseconds that a page may take on a machine that is busy with other things."""


class ResidentAtAScreen(Resident):
    """Somebody who does with a browser what others do with forms alone, in the language they read.

    Sentences are given as in the source, and looked for in that language. ``visited``: every address
    that the browser asked for; ``faults``: what its console complained of, and what was refused.
    """

    def __init__(self, page: Page, person: Resident) -> None:
        """page: a browser that asks for the language that ``person`` reads."""
        super().__init__(person.house, person.phone, person.areas, person.language)
        page.set_default_timeout(LONGEST)
        self.page = page
        self.visited: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.visited.append(unquote(request.url)))
        page.on("console", self._hear)
        page.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{self.page.url}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.url}: {response.status}")

    # --- pages --------------------------------------------------------------------------------

    def in_words(self, sentence: str, context: str = "") -> str:
        """What the pages say for it in their language. context: the catalogue's, where it has one."""
        with override(self.language):
            return pgettext(context, sentence) if context else gettext(sentence)

    def opens(self, address: str = "/") -> None:
        """Look at a page of ours: a path, or a whole address such as an SMS holds."""
        self.page.goto(address if "://" in address else self.house.web_url + address)

    def fills_in(self, label: str, value: str) -> None:
        """Type into a field."""
        self.page.get_by_label(self.in_words(label), exact=True).fill(value)

    def ticks(self, name: str) -> None:
        """Tick a box, by what stands beside it."""
        self.page.get_by_role("checkbox", name=self.in_words(name), exact=True).check()

    def presses(self, name: str, of: str = "", context: str = "") -> None:
        """Press a button. of: whose, where several look alike."""
        wanted = f"{self.in_words(name, context)} {of}".strip()
        self.page.get_by_role("button", name=wanted, exact=True).click()

    def follows(self, name: str, of: str = "") -> None:
        """Follow the last link of that name: the menu on top of every page may have one too."""
        wanted = f"{self.in_words(name)} {of}".strip()
        self.page.get_by_role("link", name=wanted, exact=True).last.click()

    def sees_heading(self, heading: str | re.Pattern[str]) -> None:
        """Wait for the page with this heading, which must fit the screen; a string is a sentence of the source."""
        words = self.in_words(heading) if isinstance(heading, str) else heading
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words, timeout=LONGEST)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{self.page.url} scrolls sideways"
        )

    def is_told(self, sentence: str) -> None:
        """Wait until a page says what became of what was just done."""
        expect(self.page.get_by_role("status")).to_have_text(
            self.in_words(sentence), timeout=LONGEST
        )

    def sees_ticked(self, name: str) -> None:
        """Wait for a box that is ticked already."""
        expect(self.page.get_by_role("checkbox", name=name, exact=True)).to_be_checked(
            timeout=LONGEST
        )

    def sees_places(self, *names: str) -> None:
        """Wait for these among what stands on the number, and for no other."""
        places = self.page.get_by_role("region", name=self.in_words("Your areas"))
        expect(places.get_by_role("heading", level=3)).to_have_text(names, timeout=LONGEST)

    def sees_word_of(self, words: Words) -> None:
        """Wait for what leads on to an alert with this headline."""
        expect(self.page.get_by_role("link", name=words.of(self), exact=True)).to_be_visible(
            timeout=LONGEST
        )

    def sees_no_word_of(self, words: Words) -> None:
        """The page that is open, and was waited for, leads to no such alert."""
        expect(self.page.get_by_role("link", name=words.of(self))).to_have_count(0)

    # --- journeys -----------------------------------------------------------------------------

    def looks_up(self, place: str) -> None:
        """Ask on the first page how it stands at a place, by its name."""
        self.opens()
        self.fills_in("Is there a disruption where you live?", place)
        self.presses("Show")
        self.sees_heading(re.compile(rf"{place}: "))

    def confirms_the_number(self, button: str) -> None:
        """On a form that asks for it: write it, and type in the code that comes. button: beneath the code."""
        had = len(self.texts())
        self.fills_in("Your mobile number", f"0{self.phone.removeprefix('+46')}")
        self.presses("Send me a code")
        code = self.hears(r"\b\d{6}\b", after=had)
        self.fills_in("The code from the SMS", code)
        self.presses(button)

    def comes_back(self) -> None:
        """From the first page to everything that stands on the number."""
        self.opens()
        self.follows("Change or end your SMS")
        self.confirms_the_number("Continue")

    def pauses(self) -> None:
        """For as long as can be, so that no midnight comes between the page and the choice."""
        mornings = self.page.get_by_role("group", name=self.in_words("No SMS before"))
        mornings.get_by_role("radio").last.check()
        self.presses("Pause", context="the SMS")
        self.is_told("You are paused. It ends by itself.")

    def takes_it_along(self) -> dict[str, Any]:
        """Download what is held on the number, and read it."""
        self.follows("What we hold on you")
        self.sees_heading("What we hold on you")
        with self.page.expect_download() as download:
            self.follows("Download the file")
        document: dict[str, Any] = json.loads(Path(download.value.path()).read_text())
        return document

    # --- what came by SMS ---------------------------------------------------------------------

    def latest_about(self, alert: Alert, words: Words) -> str:
        """The last SMS about it, which must be the one for its latest update, with these words."""
        texts = self.texts_about(alert)
        assert len(texts) == alert.number, texts
        assert words.of(self) in texts[-1], texts
        return texts[-1]

    def finds_the_words_behind_the_link_of(self, text: str) -> None:
        """Follow the link that an SMS ends in, to the page that says its every word."""
        self.opens(text.splitlines()[-1])
        self.sees_heading("Is the SMS from us?")
        said = self.page.locator(f"blockquote[lang={self.language}]")
        assert said.inner_text().strip() == text, said.inner_text()

    # --- what must never be -------------------------------------------------------------------

    def has_left_no_trace(self, number: re.Pattern[str]) -> None:
        """Every page was sound, and none had a number in its address. number: what one looks like."""
        assert not self.faults, self.faults
        assert {"/subscribe/", "/manage/"} <= {urlsplit(url).path for url in self.visited}
        told = [url for url in self.visited if number.search(url)]
        assert not told, told
