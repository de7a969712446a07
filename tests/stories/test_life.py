"""The whole life of an alert, from the console's forms to phones, feeds, banners and pages."""

from __future__ import annotations

from collections.abc import Callable

from notify.demo.stack import Stack
from tests.stories.browsing import at_once
from tests.stories.outside import alert_page, banner_items, feed_entries, timeline
from tests.stories.people import Editor, Resident, Words, local_time
from tests.stories.places import BORGSTENA, BORÅS, FRISTAD, ÄSPERED

NO_WATER = Words("Vattnet är avstängt i Äspered", "No water in Äspered")
TANKER = Words("Tankbil vid skolan i Äspered", "Water tanker at the school in Äspered")
BACK = Words("Vattnet är tillbaka i Äspered", "The water is back in Äspered")
MISTAKE = Words("Fjärrvärmen stängs av i Borgstena", "Heating goes off in Borgstena")
SORRY = Words("Bortse från meddelandet om Borgstena", "Disregard the message on Borgstena")


def test_an_alert_lives_from_its_first_words_to_the_all_clear(
    house: Stack, editor: Editor, resident: Callable[..., Resident]
) -> None:
    swede = resident(ÄSPERED)
    englishwoman = resident(ÄSPERED, FRISTAD, language="en")
    everywhere = resident(BORÅS)
    neighbour = resident(FRISTAD)
    at_once(*(one.subscribes for one in (swede, englishwoman, everywhere, neighbour)))
    told = [swede, englishwoman, everywhere]

    # The first words reach each concerned phone once, in its own language.
    alert = editor.tells(ÄSPERED, NO_WATER)
    editor.sees_it_arrive(alert)
    for one in told:
        assert [NO_WATER.of(one) in text for text in one.texts_about(alert)] == [True]
    assert neighbour.texts_about(alert) == []
    for language, words in (("sv", NO_WATER.sv), ("en", NO_WATER.en)):
        for suffix in ("rss", "atom"):
            [entry] = feed_entries(house, alert, f"{language}/area/{ÄSPERED}.{suffix}")
            assert entry.title == words
            assert feed_entries(house, alert, f"{language}/area/{FRISTAD}.{suffix}") == []
        [item] = banner_items(house, alert, ÄSPERED, language)
        assert item["headline"] == words
    assert banner_items(house, alert, FRISTAD) == []

    # News goes to them, and to who subscribed meanwhile.
    newcomer = resident(ÄSPERED).subscribes()
    alert = editor.updates(alert, **TANKER.fields())
    editor.sees_it_arrive(alert)
    for one in told:
        texts = one.texts_about(alert)
        assert [TANKER.of(one) in text for text in texts] == [False, True]
    assert [TANKER.sv in text for text in newcomer.texts_about(alert)] == [True]
    told.append(newcomer)

    # Another end is news too.
    later = local_time(hours=9)
    alert = editor.updates(alert, expires=later)
    editor.sees_it_arrive(alert)
    for one in told:
        clock = later[-5:] if one.language == "en" else later[-5:].replace(":", ".")
        assert clock in one.texts_about(alert)[-1]
    assert banner_items(house, alert, ÄSPERED)[0]["expires"][:16] == later

    # The all-clear goes to those who were told, and to who signed up while it stood.
    latecomer = resident(ÄSPERED).subscribes()
    alert = editor.resolves(alert, BACK)
    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in told] == [4, 4, 4, 3]
    for one in told:
        assert BACK.of(one) in one.texts_about(alert)[-1]
    assert [BACK.of(latecomer) in text for text in latecomer.texts_about(alert)] == [True]
    assert neighbour.texts_about(alert) == []

    # Every place says that it is over.
    entries = feed_entries(house, alert, f"sv/area/{ÄSPERED}.atom")
    assert len(entries) == 4
    assert all(entry.title.startswith("Avhjälpt: ") for entry in entries[1:])
    assert len({entry.id for entry in entries}) == 4
    [item] = banner_items(house, alert, ÄSPERED)
    assert item["all_clear"]
    page = alert_page(house, alert)
    assert page.status == 200
    assert timeline(page) == [BACK.sv, TANKER.sv, TANKER.sv, NO_WATER.sv]
    everywhere.writes("STOPP")


def test_what_was_sent_in_error_is_taken_back_from_those_who_got_it(
    house: Stack, editor: Editor, resident: Callable[..., Resident]
) -> None:
    told = resident(BORGSTENA, language="en").subscribes()
    alert = editor.tells(BORGSTENA, MISTAKE)
    editor.sees_it_arrive(alert)
    untold = resident(BORGSTENA).subscribes()
    alert = editor.cancels(alert, SORRY)
    editor.sees_it_arrive(alert)
    first, last = told.texts_about(alert)
    assert MISTAKE.en in first
    assert SORRY.en in last
    assert untold.texts_about(alert) == []
    [item] = banner_items(house, alert, BORGSTENA)
    assert item["cancelled"]
    latest, _first = feed_entries(house, alert, f"sv/area/{BORGSTENA}.rss")
    assert SORRY.sv in latest.title
    assert timeline(alert_page(house, alert)) == [SORRY.sv, MISTAKE.sv]
