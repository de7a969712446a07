"""Every mistake a person can make in a new alert gets a sentence, and loses nothing of what they wrote."""

from __future__ import annotations

import pytest
from django.test import Client

from notify.alerts.models import Alert, Area, Service
from tests.console.world import errors, filled

NEW = "/console/alerts/new/"

MISTAKES = {
    "no service": ({"service": None}, "service", "Välj vad som är drabbat."),
    "unknown service": ({"service": "moon"}, "service", "Den tjänsten finns inte."),
    "no area": ({"areas": None}, "areas", "Välj minst ett område."),
    "unknown area": ({"areas": ["9999"]}, "areas", "Området ”9999” finns inte."),
    "no severity": ({"severity": None}, "severity", "Ange hur allvarligt det är."),
    "unknown severity": ({"severity": "Worst"}, "severity", "Välj hur allvarligt det är"),
    "no kind": ({"urgency": None}, "urgency", "Ange om det är en driftstörning"),
    "unknown kind": ({"urgency": "Past"}, "urgency", "Välj störning eller planerat arbete."),
    "work without a beginning": ({"urgency": "Future", "onset": ""}, "onset", "Ange när arbetet börjar."),
    "no time at all": ({"onset": "i kväll"}, "onset", "Skriv datum och tid så här"),
    "a time far off": ({"onset": "0026-11-23T10:00"}, "onset", "Kontrollera årtalet."),
    "no end": ({"expires": ""}, "expires", "Ange när det väntas"),
    "an end both known and not": ({"unknown_end": "on"}, "expires", "Välj det ena"),
    "the end first": ({"expires": "2020-01-01T00:00"}, "expires", "Slutet måste komma efter början."),
    "no headline": ({"sv_headline": " "}, "sv_headline", "Skriv en rubrik på svenska."),
    "half English": (
        {"en_headline": "", "en_description": "Off."},
        "en_headline",
        "Skriv en rubrik på engelska.",
    ),
    "a long headline": ({"sv_headline": "x" * 101}, "sv_headline", "Texten är 101 tecken"),
    "a long text": ({"sv_description": "x" * 2001}, "sv_description", "Texten är 2001 tecken"),
    "a zero byte": ({"sv_headline": "Va\x00tten"}, "sv_headline", "nolltecken"),
    "no key": ({"key": None}, "key", "Formuläret är för gammalt"),
    "a bad key": ({"key": "1"}, "key", "Formuläret är för gammalt"),
    "no version": ({"version": None}, "version", "Formuläret är för gammalt"),
    "a huge version": ({"version": "9" * 30}, "version", "Formuläret är för gammalt"),
    "a bad certainty": ({"certainty": "Sure"}, "certainty", "Formuläret är för gammalt"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_a_sentence_and_loses_nothing(
    client: Client, changes: dict[str, object], field: str, sentence: str
) -> None:
    page = client.post(NEW, filled(**{"sv_instruction": "Behåll det här."} | changes))
    assert page.status_code == 422
    found = errors(page)
    assert set(found) == {field}
    assert sentence in " ".join(found[field])
    assert "Behåll det här." in page.content.decode()
    assert not Alert.objects.exists()


def test_the_summary_leads_to_the_field(client: Client) -> None:
    page = client.post(NEW, filled(areas=[], sv_headline="")).content.decode()
    assert 'href="#id_areas"' in page
    assert 'id="id_areas"' in page
    assert 'href="#id_sv_headline"' in page
    assert 'id="id_sv_headline"' in page


def test_planned_work_needs_an_end(client: Client) -> None:
    page = client.post(NEW, filled(urgency="Future", expires="", unknown_end="on"))
    assert set(errors(page)) == {"expires"}


def test_a_disruption_may_have_no_end(client: Client) -> None:
    client.post(NEW, filled(expires="", unknown_end="on"))
    assert Alert.objects.get().expires is None


def test_names_that_make_the_headline_too_long_are_noticed(client: Client) -> None:
    page = client.post(NEW, filled(sv_headline="x" * 91 + " i {areas}"))
    assert set(errors(page)) == {"sv_headline"}


def test_what_is_no_longer_in_use_cannot_be_chosen(client: Client) -> None:
    form = filled()
    Area.objects.filter(code="1490TB121").update(active=False)
    Service.objects.update(active=False)
    assert set(errors(client.post(NEW, form))) == {"areas", "service"}


def test_an_empty_post_is_no_fault_of_the_servers(client: Client) -> None:
    assert client.post(NEW).status_code == 422
