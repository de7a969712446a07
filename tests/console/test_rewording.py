from __future__ import annotations

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st
from lxml import html

from notify.console.rewording import rewordings


def words(headline: str, **parts: str) -> dict[str, dict[str, str]]:
    return {"sv": {"headline": headline, **parts}}


def read(markup: str, *, without: str) -> str:
    """What is left of it for somebody who reads past one kind of mark."""
    page = html.fragment_fromstring(markup, create_parent="p")
    for gone in page.xpath(f"//{without} | //span"):
        gone.drop_tree()
    return str(page.text_content())


def test_only_what_differs_is_told_part_by_part() -> None:
    before = words("Vattenläka", description="Som förut") | {"en": {"headline": "Leak"}}
    after = words("Vattenläcka", description="Som förut", instruction="Koka")

    told = rewordings(before, after)

    assert [(one.label, one.language) for one in told] == [
        ("Rubrik (svenska)", "sv"),
        ("Vad invånarna ska göra (svenska)", "sv"),
        ("Rubrik (engelska)", "en"),
    ]
    assert told[0].html == (
        '<del><span class="visually-hidden">Borttaget: </span>Vattenläka</del>'
        '<ins><span class="visually-hidden">Nytt: </span>Vattenläcka</ins>'
    )


def test_the_words_around_the_slip_stay_unmarked() -> None:
    (one,) = rewordings(
        words("Hämta vatten vid skollan i dag."), words("Hämta vatten vid skolan i dag.")
    )
    assert one.html.startswith("Hämta vatten vid <del>")
    assert one.html.endswith("</ins> i dag.")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "&amp; <b>", "\"'><img src=x>"])
def test_markup_in_words_is_only_words(hostile: str) -> None:
    (one,) = rewordings(words("Vatten"), words(hostile))
    assert "<script" not in one.html
    assert "<img" not in one.html
    assert read(one.html, without="del").strip() == hostile


@settings(max_examples=40)
@example(
    st.lists(st.sampled_from("ab<&ö"), max_size=12), st.lists(st.sampled_from("ab<&ö"), max_size=12)
)
def test_both_texts_can_be_read_out_of_what_is_shown(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    for one in rewordings(words(before), words(after)):
        assert read(one.html, without="ins").split() == old
        assert read(one.html, without="del").split() == new
