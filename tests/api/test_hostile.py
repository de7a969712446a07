"""Words that somebody would like to break something with: published whole and harmless, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from notify.alerts.models import Alert
from tests.api.calls import ALERTS, body, call, drafted, fields

pytestmark = pytest.mark.django_db


def said(text: str) -> dict[str, Any]:
    """Words whose headline and description are that text."""
    return {"words": {"sv": {"headline": text[:100], "description": text}}}


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("]]> &amp; &lt; <!-- <![CDATA[", "]]> &amp; &lt; <!-- <![CDATA["),
        ("{{ settings.SECRET_KEY }} %(x)s {0} ${x}", "{{ settings.SECRET_KEY }} %(x)s {0} ${x}"),
        ("Vatten\x01\x1b[31m\x7f borta\ufffe", "Vatten[31m\x7f borta"),
        ("Vatten \u202eatrob\u202c är \u2066borta", "Vatten atrob är borta"),
        ("v\u0301\u0327\u0308 👩‍👩‍👧 \U0010fffd", "v\u0301\u0327\u0308 👩‍👩‍👧 \U0010fffd"),
    ],
    ids=["markup", "cdata", "templates", "controls", "directions", "astral"],
)
def test_hostile_words_are_published_whole_and_harmless(
    system: APIClient, anyone: APIClient, text: str, published: str
) -> None:
    draft = drafted(system, **said(text))
    assert call(system, draft, "publish").status_code == 201

    answer = anyone.get(f"{ALERTS}{draft['code']}/")
    page = anyone.get(f"/a/{draft['code']}/").content.decode()

    assert answer.json()["words"]["sv"] == {
        "headline": published,
        "description": published,
        "instruction": "",
    }
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"headline": "x" * 10_000}, "words"),
        ({"headline": "x", "description": "x" * 10_000}, "words"),
        ({"headline": "x\0y"}, "words.sv.headline"),
        ({"headline": "\u202e\u2066\x01 "}, "words"),
    ],
)
def test_what_cannot_be_published_is_refused(
    system: APIClient, words: dict[str, str], field: str
) -> None:
    answer = system.post(ALERTS, body(words={"sv": words}), format="json")

    assert answer.status_code == 422
    assert fields(answer.json()) == [field]
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"onset": "2026-11-23T10:00:00Z", "expires": "2026-11-23T09:59:59Z"}, "expires"),
        ({"expires": "2020-01-01T00:00:00Z"}, "expires"),
        ({"onset": "2099-01-01T00:00:00Z", "expires": "2098-01-01T00:00:00Z"}, "expires"),
    ],
)
def test_whoever_has_the_wrong_time_is_told_so_before_anything_goes_out(
    system: APIClient, times: dict[str, str], field: str
) -> None:
    answer = system.post(ALERTS, body(**times), format="json")

    assert answer.status_code == 422
    assert fields(answer.json()) == [field]
