"""A message's words as an alert's: language by language, and what of them does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notify.alerts import tidy
from notify.alerts.content import LONGEST, PARTS
from notify.intake.document import Document, Info
from notify.intake.faults import Remark

Parts = dict[str, str]


def words_of(document: Document) -> tuple[dict[str, Parts], list[Remark]]:
    """The words by language, with a headline in the site's own; and what could not be carried on.

    The document says something in at least one language.
    """
    own, known = document.own, dict(settings.LANGUAGES)
    words: dict[str, Parts] = {}
    remarks: list[Remark] = []
    for info in document.infos:
        language = settings.LANGUAGE_CODE if info is own else info.site_language
        if info is own and info.site_language != language:
            remarks.append(
                Remark(_("Nothing is said in the site’s own language: other words stand there."))
            )
        if language not in known:
            remarks.append(
                Remark(_("What is said in “%(code)s” is left out."), {"code": info.language[:20]})
            )
        elif language in words:
            remarks.append(
                Remark(_("Several <info> are in the same language: only the first is used."))
            )
        else:
            words[language], doubts = _parts(info)
            remarks += doubts
    return words, remarks


def _parts(info: Info) -> tuple[Parts, list[Remark]]:
    texts = {"headline": tidy.line(info.headline or info.event)}
    texts |= {part: tidy.text(getattr(info, part)) for part in PARTS if part != "headline"}
    remarks = (
        [] if info.headline else [Remark(_("There is no headline: the event stands in its place."))]
    )
    fitting = {part: _fitting(text, LONGEST[part]) for part, text in texts.items()}
    return fitting, [*remarks, *_too_long(texts)]


def _fitting(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _too_long(texts: Parts) -> Iterator[Remark]:
    names = {
        "headline": _("The headline is too long, and cut."),
        "description": _("The description is too long, and cut."),
        "instruction": _("The instruction is too long, and cut."),
    }
    return (Remark(names[part]) for part, text in texts.items() if len(text) > LONGEST[part])
