"""Coming and going: a code that must be right, and words that end it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from notify.demo.stack import Stack
from tests.stories.people import Editor, Resident, Words
from tests.stories.places import APLARED, BOSNÄS, BREDARED, FUNNINGEN, GÅNGHESTER, SJÖMARKEN

LEAK = Words("Vattenläcka i Aplared", "Burst water main in Aplared")


def test_stopp_is_confirmed_and_ends_it_until_they_come_back(
    editor: Editor, resident: Callable[..., Resident]
) -> None:
    leaver, stayer = resident(APLARED).subscribes(), resident(APLARED).subscribes()
    leaver.writes("Stopp!")
    leaver.hears("(?i)inga fler sms")
    first = editor.tells(APLARED, LEAK)
    editor.sees_it_arrive(first)
    assert leaver.texts_about(first) == []
    assert len(stayer.texts_about(first)) == 1

    # Back again: told of what is new, and like everybody who is there by then, how the old ends.
    leaver.subscribes()
    second = editor.tells(APLARED, LEAK)
    editor.sees_it_arrive(second)
    assert len(leaver.texts_about(second)) == 1
    first = editor.resolves(first, LEAK)
    editor.sees_it_arrive(first)
    assert len(leaver.texts_about(first)) == 1


def test_stopp_leaves_one_place_and_start_comes_back(
    editor: Editor, resident: Callable[..., Resident]
) -> None:
    person = resident(FUNNINGEN, SJÖMARKEN).subscribes()
    first = editor.tells(FUNNINGEN, LEAK)
    editor.sees_it_arrive(first)
    person.writes("stopp")
    person.hears(
        "Du får inte längre sms om Funningen. Du får fortfarande sms om Sjömarken och Viared."
    )

    # Neither how it ends nor anything new there; the other place is told of as before.
    first = editor.resolves(first, LEAK)
    elsewhere = editor.tells(SJÖMARKEN, LEAK)
    for alert in (first, elsewhere):
        editor.sees_it_arrive(alert)
    assert len(person.texts_about(first)) == 1
    assert len(person.texts_about(elsewhere)) == 1

    person.writes("info")
    assert elsewhere.link in person.hears(r"Det här gäller nu[\s\S]*")
    person.writes("START")
    person.hears("Du får sms om Funningen igen")
    again = editor.tells(FUNNINGEN, LEAK)
    editor.sees_it_arrive(again)
    assert len(person.texts_about(again)) == 1


def test_who_is_still_without_says_so_and_the_editor_sees_where(
    editor: Editor, resident: Callable[..., Resident]
) -> None:
    dry, wet = resident(GÅNGHESTER).subscribes(), resident(GÅNGHESTER, language="en").subscribes()
    alert = editor.tells(GÅNGHESTER, LEAK)
    editor.sees_it_arrive(alert)
    alert = editor.resolves(alert, LEAK, asks=True)
    editor.sees_it_arrive(alert)
    dry.hears("Svara 1 om du fortfarande saknar vatten")
    wet.hears("Reply 1 if you are still without water")
    assert "Ingen har svarat" in editor.reads(alert)

    dry.writes("1")
    dry.hears("Vi har noterat att det inte är klart hos dig")
    wet.writes("Works fine, thanks")
    assert "1 person av 2 tillfrågade är fortfarande utan." in editor.reads(alert)


def test_the_providers_own_stop_ends_it_too(
    editor: Editor, resident: Callable[..., Resident]
) -> None:
    leaver, stayer = resident(BOSNÄS).subscribes(), resident(BOSNÄS).subscribes()
    leaver.writes("STOP")
    # The provider has answered for itself; a second answer would only be refused.
    leaver.hears("You are unsubscribed")
    alert = editor.tells(BOSNÄS, LEAK)
    editor.sees_it_arrive(alert)
    assert leaver.texts_about(alert) == []
    assert len(stayer.texts_about(alert)) == 1
    assert not [text for text in leaver.texts() if "inga fler" in text]

    # Who wrote STOP to the provider must write START to it before any SMS reaches them.
    leaver.writes("START")
    leaver.subscribes()
    again = editor.tells(BOSNÄS, LEAK)
    editor.sees_it_arrive(again)
    assert len(leaver.texts_about(again)) == 1


def test_whoever_guesses_five_times_cannot_use_the_right_code_any_more(
    house: Stack, editor: Editor, resident: Callable[..., Resident]
) -> None:
    guesser = resident(BREDARED)
    visitor, code = guesser.asks_for_a_code()
    asked = visitor.page
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _attempt in range(5):
        page = visitor.send(asked.form("code").with_({"code": wrong}))
        assert page.status == 422
    page = visitor.send(asked.form("code").with_({"code": code}))
    assert page.status == 422
    assert "gäller inte längre" in page.text
    assert urlsplit(page.url).path == urlsplit(asked.url).path

    alert = editor.tells(BREDARED, LEAK)
    editor.sees_it_arrive(alert)
    assert guesser.texts_about(alert) == []
    # Nothing is lost: the same page sends a new code.
    renewed = visitor.send(visitor.open(asked.url).form("csrfmiddlewaretoken"))
    assert renewed.status == 200
