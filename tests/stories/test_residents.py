"""A resident's whole story before a screen, and their neighbour's: from asking to being forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.provision.chromium import Look
from tests.stories.conftest import NUMBER
from tests.stories.people import Alert, Editor, Resident, Words
from tests.stories.places import BREDARED, DALSJÖFORS, DANNIKE, HEDARED
from tests.stories.screens import ResidentAtAScreen

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Place:
    """Where somebody lives or works."""

    code: str
    name: str

    def words(self, sv: str, en: str) -> Words:
        """A headline about it."""
        return Words(f"{sv} i {self.name}", f"{en} in {self.name}")


@dataclass(frozen=True)
class Answers:
    """What our SMS answer to what people write."""

    noted: str
    left: str
    gone: str


ANSWERS = {
    "sv": Answers(
        noted="Vi har noterat att det inte är klart hos dig",
        left="Du får inte längre sms om {left}. Du får fortfarande sms om {still}.",
        gone="Du får inga fler sms från oss",
    ),
    "en": Answers(
        noted="We have noted that it is not over where you are",
        left="You will get no more SMS about {left}. You still get them about {still}.",
        gone="You will get no more SMS from us",
    ),
}
GONE = "Vattnet är borta", "No water"
TANKER = "Tankbil", "Water tanker"
BACK = "Vattnet är tillbaka", "Water is back"
LEAK = "Vattenläcka", "Burst water main"
Both = tuple[ResidentAtAScreen, Resident]
"""Who does what the story tells, and the neighbour who does not."""

ON_A_PHONE = Look(width=360, language="sv")
AT_A_DESK = Look(width=1280, language="en")
STORIES = pytest.mark.parametrize(
    ("page", "home", "work"),
    [
        (ON_A_PHONE, Place(BREDARED, "Bredared"), Place(DANNIKE, "Dannike")),
        (AT_A_DESK, Place(HEDARED, "Hedared"), Place(DALSJÖFORS, "Dalsjöfors")),
    ],
    indirect=["page"],
    ids=["phone-sv", "desk-en"],
)
"""At each home nobody else of the house stays subscribed: who was asked there is counted."""


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    """What this story's people read: as their browser says."""
    look: Look = request.node.callspec.params["page"]
    return look.language


@pytest.fixture
def someone(
    page: Page, resident: Callable[..., Resident], home: Place, work: Place, language: str
) -> ResidentAtAScreen:
    """Who wants to know about two places, and has a browser."""
    return ResidentAtAScreen(page, resident(home.code, work.code, language=language))


@pytest.fixture
def neighbour(
    resident: Callable[..., Resident], home: Place, work: Place, language: str
) -> Iterator[Resident]:
    """Who asked for the same, is told whatever the other is spared, and leaves when the story is over."""
    person = resident(home.code, work.code, language=language).subscribes()
    yield person
    person.writes("STOPP ALLT")
    person.hears(ANSWERS[language].gone)


@STORIES
def test_from_the_first_question_to_being_forgotten(
    home: Place, work: Place, someone: ResidentAtAScreen, neighbour: Resident, editor: Editor
) -> None:
    both = someone, neighbour
    finds_out_and_subscribes(someone, home, work)
    hears_of_it_to_the_end_and_answers(someone, home, editor)
    someone.comes_back()
    wants_only_what_is_serious(both, home, editor)
    burst = pauses_and_goes_on(both, home, editor)
    ends_a_place(both, work, editor)
    takes_it_along_and_is_erased(someone, home)

    # Told no more, and unknown when they ask once again.
    burst = editor.updates(burst, **home.words(*GONE).fields())
    editor.sees_it_arrive(burst)
    assert told_of(burst, *both) == [1, 3]
    someone.comes_back()
    someone.sees_heading("You get no SMS from us")
    held = someone.takes_it_along()
    assert held["subscribers"] == held["subscriptions"] == held["messages"] == held["answers"] == []
    someone.has_left_no_trace(NUMBER)


def finds_out_and_subscribes(someone: ResidentAtAScreen, home: Place, work: Place) -> None:
    """From the first page, by way of the place where they live; and for where they work too."""
    someone.looks_up(home.name)
    someone.sees_no_word_of(home.words(*GONE))
    someone.follows("Get an SMS")
    someone.sees_ticked(home.name)
    someone.ticks(work.name)
    someone.confirms_the_number("Subscribe")
    someone.sees_heading("Done. You will get an SMS.")


def hears_of_it_to_the_end_and_answers(
    someone: ResidentAtAScreen, home: Place, editor: Editor
) -> None:
    """Each SMS can be looked up, word for word. It is said to be over, and is not: the editors see where."""
    gone, tanker, back = (home.words(*words) for words in (GONE, TANKER, BACK))
    alert = editor.tells(home.code, gone)
    editor.sees_it_arrive(alert)
    someone.finds_the_words_behind_the_link_of(someone.latest_about(alert, gone))
    someone.looks_up(home.name)
    someone.sees_word_of(gone)

    alert = editor.updates(alert, **tanker.fields())
    editor.sees_it_arrive(alert)
    someone.finds_the_words_behind_the_link_of(someone.latest_about(alert, tanker))
    someone.follows("See how it stands now")
    someone.sees_heading(re.compile(tanker.of(someone)))

    alert = editor.resolves(alert, back, asks=True)
    editor.sees_it_arrive(alert)
    question = someone.in_words("Reply 1 if you are still without water.", context="SMS")
    assert question in someone.latest_about(alert, back)
    assert "Frågan gick ut till 2 via sms" in editor.reads(alert)
    someone.writes("1")
    someone.hears(ANSWERS[someone.language].noted)
    answers = editor.reads(alert)
    assert "1 person av 2 tillfrågade är fortfarande utan." in answers
    assert f"{home.name} 1" in answers


def wants_only_what_is_serious(both: Both, home: Place, editor: Editor) -> None:
    """At home, and is spared a trifle there."""
    someone, neighbour = both
    someone.follows("Change", of=home.name)
    someone.ticks("Only what is serious")
    someone.presses("Save")
    someone.is_told("Your choice is saved.")
    trifle = editor.tells(home.code, home.words(*LEAK), severity="Moderate")
    editor.sees_it_arrive(trifle)
    assert told_of(trifle, someone, neighbour) == [0, 1]


def pauses_and_goes_on(both: Both, home: Place, editor: Editor) -> Alert:
    """Is told nothing, however serious; then of what is new in the very same matter, which comes back."""
    someone, neighbour = both
    someone.pauses()
    burst = editor.tells(home.code, home.words(*LEAK))
    editor.sees_it_arrive(burst)
    assert told_of(burst, someone, neighbour) == [0, 1]
    someone.presses("Get SMS again now")
    someone.is_told("You get SMS again.")
    burst = editor.updates(burst, **home.words(*TANKER).fields())
    editor.sees_it_arrive(burst)
    assert told_of(burst, someone, neighbour) == [1, 2]
    return burst


def ends_a_place(both: Both, work: Place, editor: Editor) -> None:
    """And hears nothing from there any more."""
    someone, neighbour = both
    someone.presses("End", of=work.name, context="a subscription")
    someone.is_told("That area is ended.")
    leak = editor.tells(work.code, work.words(*LEAK))
    editor.sees_it_arrive(leak)
    assert told_of(leak, someone, neighbour) == [0, 1]


def takes_it_along_and_is_erased(someone: ResidentAtAScreen, home: Place) -> None:
    """The file says whom we wrote to and what, and what they answered."""
    held = someone.takes_it_along()
    assert [one["phone"] for one in held["subscribers"]] == [someone.phone]
    told = [home.words(*words).of(someone) for words in (GONE, TANKER, BACK, TANKER)]
    assert [one["headline"] for one in held["messages"]] == told
    assert [place["name"] for one in held["answers"] for place in one["areas"]] == [home.name]
    someone.ticks("Yes, erase everything.")
    someone.presses("Erase everything")
    someone.is_told(
        "Everything that we held on your number is erased. You get no more SMS from us."
    )


@STORIES
def test_leaving_by_sms_one_place_and_then_all(
    home: Place, work: Place, someone: ResidentAtAScreen, editor: Editor
) -> None:
    answers = ANSWERS[someone.language]
    leak, tanker = Words(*LEAK), Words(*TANKER)
    someone.opens("/subscribe/")
    someone.ticks(home.name)
    someone.ticks(work.name)
    someone.confirms_the_number("Subscribe")
    someone.sees_heading("Done. You will get an SMS.")
    at_home = editor.tells(home.code, leak)
    editor.sees_it_arrive(at_home)
    assert told_of(at_home, someone) == [1]

    # One word ends the place that the last SMS was about, and leaves the other.
    someone.writes("Stopp")
    someone.hears(re.escape(answers.left.format(left=home.name, still=work.name)))
    someone.comes_back()
    someone.sees_places(work.name)
    at_home, at_work = editor.updates(at_home, **tanker.fields()), editor.tells(work.code, leak)
    for alert in (at_home, at_work):
        editor.sees_it_arrive(alert)
    assert [told_of(alert, someone) for alert in (at_home, at_work)] == [[1], [1]]

    # Two words end it all.
    someone.writes("stopp allt")
    someone.hears(answers.gone)
    someone.opens("/manage/")
    someone.sees_heading("You get no SMS from us")
    at_work = editor.updates(at_work, **tanker.fields())
    editor.sees_it_arrive(at_work)
    assert told_of(at_work, someone) == [1]
    someone.has_left_no_trace(NUMBER)


def told_of(alert: Alert, *people: Resident) -> list[int]:
    """How many SMS about it each of them got."""
    return [len(one.texts_about(alert)) for one in people]
