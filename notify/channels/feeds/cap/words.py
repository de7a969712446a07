"""Our words in CAP's: the one place where they are translated (docs/cap.md has it as a table)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from notify.channels.notice import Notice
from notify.channels.texts import clean, paragraphs

ABOUT_HEALTH = frozenset({"drink", "shower"})
"""Kinds of advice that make an alert one about health: whether water can be drunk, and bathed in."""


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def categories(notice: Notice, earlier: Iterable[Notice]) -> list[str]:
    """CAP's ``category``: the service's, and Health from the first advice about it to the end.

    To the end, because whoever reads only what is about health must hear that it is over.
    """
    given = {advice.kind for said in (*earlier, notice) for advice in said.advice}
    wanted = [notice.category, *(["Health"] if given & ABOUT_HEALTH else [])]
    return list(dict.fromkeys(wanted))


def response_type(notice: Notice) -> str:
    """CAP's ``responseType``: what people should do."""
    if notice.all_clear:
        return "AllClear"
    if notice.cancelled:
        return "None"
    return "Prepare" if notice.planned else "Monitor"


def urgency(notice: Notice) -> str:
    """CAP's ``urgency``; Past once nobody need do anything any more."""
    return "Past" if notice.ends_alert else notice.urgency


def event(notice: Notice, language: str) -> str:
    """CAP's ``event`` in the active language: what kind of thing it is, "Disruption: Drinking water"."""
    service = {"service": one_line(notice.service_name(language))}
    if notice.planned:
        return _("Planned work: %(service)s") % service
    return _("Disruption: %(service)s") % service


def note(status: str) -> str:
    """CAP's ``note`` in the active language: says to a person what the status says to a program."""
    notes = {
        "Exercise": _("This is an exercise. Nothing has happened."),
        "Test": _("This is a test. Nothing has happened."),
    }
    return notes.get(status, "")


def description(notice: Notice, language: str) -> str:
    """What has happened, paragraph by paragraph."""
    return _joined(paragraphs(notice.in_language(language).description))


def instruction(notice: Notice, language: str) -> str:
    """What to do: as it was written, then the advice, then where help is to be had."""
    blocks = paragraphs(notice.in_language(language).instruction)
    if advice := _lines(notice.advice_in(language)):
        blocks.append(advice)
    if notice.help_at and not notice.ends_alert:
        heading = one_line(notice.help_heading_in(language))
        blocks.append([f"{heading}:", *_lines(notice.help_at)])
    return _joined(blocks)


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for line in map(one_line, texts) if line]


def _joined(blocks: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in blocks)
