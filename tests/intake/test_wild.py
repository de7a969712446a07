"""Whatever comes in, it is taken in or refused with a sentence: nothing else ever happens."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree

from notify.channels.texts import clean
from notify.intake.cap.read import read
from notify.intake.faults import Refused
from notify.intake.models import Message, Outcome
from notify.intake.vma.shape import Misshapen, document, messages
from tests.channels.feeds.feeding import WILD
from tests.intake.conftest import taker
from tests.intake.documents import cap, info, xml
from tests.intake.vma.server import ALERT

RIGHT = xml(cap(info(instruction="Koka vattnet.", web="https://example.se/")))
WORDS = ("event", "senderName", "headline", "description", "instruction", "contact")
PLACES = st.tuples(st.integers(0, len(RIGHT)), st.integers(0, 30), st.binary(max_size=12))


@effort(max_examples=120, deadline=None)
@generated(st.lists(PLACES, min_size=1, max_size=3))
@example([(0, 0, b"\xff\xfe")])
def test_a_document_that_was_damaged_is_read_or_refused(
    damages: list[tuple[int, int, bytes]],
) -> None:
    body = RIGHT
    for at, length, instead in damages:
        body = body[:at] + instead + body[at + length :]
    with suppress(Refused):
        assert read(body).sender


@pytest.mark.usefixtures("editor")
@effort(max_examples=25, deadline=None)
@generated(words=st.fixed_dictionaries(dict.fromkeys(WORDS, WILD)))
def test_whatever_it_says_it_is_text(words: dict[str, str]) -> None:
    take = taker(None, publishes=False)
    said = {name: _as_xml(text) for name, text in words.items()}
    with suppress(Refused, ValidationError):
        message = take(cap(info(**said)))
        assert message.outcome == Outcome.DRAFTED
        kept = Message.objects.get(pk=message.pk).said[0]
        assert kept["description"] == said["description"].strip()


def _as_xml(text: str) -> str:
    """The text as far as XML can hold it, and as a reader gets it."""
    element = etree.Element("x")
    element.text = clean(text)
    return etree.fromstring(etree.tostring(element)).text or ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@effort(max_examples=80, deadline=None)
@generated(name=st.sampled_from([*ALERT, "info.area", "info.language", "info.expires"]), value=JSON)
def test_json_of_another_shape_is_read_or_said_to_be_so(name: str, value: Any) -> None:
    first, _dot, inner = name.partition(".")
    changed = {**ALERT, first: [{**ALERT["info"][0], inner: value}] if inner else value}
    for message in messages(json.dumps({"alerts": [changed, value]}).encode()):
        with suppress(Misshapen):
            assert document(message).sender
