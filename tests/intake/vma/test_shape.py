"""Sveriges Radio's JSON as documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from notify.intake.document import Extent, Reference
from notify.intake.vma.shape import Misshapen, document, messages
from tests.intake.vma.server import ALERT, OVER, SENDER, about, of


def test_a_message_is_a_document_in_both_languages() -> None:
    read = document(ALERT)
    swedish, english = read.infos
    assert (read.sender, read.identifier) == (SENDER, "SRCAP20261126082618I")
    assert read.sent == datetime(2026, 11, 26, 7, 26, 18, tzinfo=UTC)
    assert (read.status, read.message_type, read.scope) == ("Actual", "Alert", "Public")
    assert read.references == ()
    assert (swedish.language, english.language) == ("sv-SE", "en-US")
    assert swedish.categories == ("Safety",)
    assert swedish.description.startswith("Viktigt meddelande")
    extent = Extent("Borås kommun (Västra Götalands län)", geocodes=(("Kommun", "1490"),))
    assert swedish.extents == (extent,)


def test_version_2_says_one_category() -> None:
    (info, _english) = document(of(info=about(category="Safety"))).infos
    assert info.categories == ("Safety",)


def test_an_end_refers_to_what_it_ends_and_says_nothing() -> None:
    read = document(OVER)
    assert read.message_type == "Cancel"
    assert read.references == (Reference(SENDER, "SRCAP20261126082618I"),)
    assert (read.infos, read.own) == ((), None)


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "text",
        {},
        of(sender=None),
        of(sender="a b"),
        of(identifier=7),
        of(sent="2026-11-26T08:26:18"),
        of(sent="now"),
        of(sent=None),
        of(references="a,b"),
        of(references=7),
        of(info=["x"]),
        of(info=about({"areaDesc": "x", "geocode": ["1490"]})),
        of(info=about({"areaDesc": "x", "polygon": "1,2 3,4"})),
        of(info=about(expires="tomorrow")),
        {name: value for name, value in ALERT.items() if name != "msgType"},
    ],
)
def test_what_is_not_in_the_shape_is_said_so(message: Any) -> None:
    with pytest.raises(Misshapen):
        document(message)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"alerts": {}}', b"7", b"\xff", b"[" * 100_000]
)
def test_an_answer_that_is_no_list_of_alerts_is_said_so(body: bytes) -> None:
    with pytest.raises(Misshapen):
        messages(body)


def test_what_no_database_can_hold_is_left_out() -> None:
    (message,) = messages(json.dumps({"alerts": [of(scope="Pub\x00lic\ud800")]}).encode())
    assert document(message).scope == "Public"
