"""What a reader of a feed reads of a notice: title, paragraphs, categories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notify.channels.notice import Notice
from notify.channels.texts import clean, paragraphs, says

SERVICE_SCHEME = "urn:notify:service"
SEVERITY_SCHEME = "urn:oasis:names:tc:emergency:cap:1.2#severity"
URGENCY_SCHEME = "urn:oasis:names:tc:emergency:cap:1.2#urgency"
TYPE_SCHEME = "urn:oasis:names:tc:emergency:cap:1.2#msgType"


@dataclass(frozen=True, slots=True)
class Category:
    """A label with the term and scheme that a program knows it by."""

    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True)
class EntryWords:
    """An entry in one language: plain title and summary; html is escaped and safe.

    language: the one that the headline is really in.
    """

    title: str
    summary: str
    html: SafeString
    categories: tuple[Category, ...]
    language: str


def entry_words(
    notice: Notice, language: str, *, ending: str = "", over_at: datetime | None = None
) -> EntryWords:
    """The notice's words in a language, marked with how its alert ended, if it has."""
    words = notice.in_language(language)
    with translation.override(language):
        return EntryWords(
            # feedgen raises for an entry without a title, and one entry would end the whole feed.
            title=_marked(_line(words.headline) or notice.service, _mark(notice, ending)),
            summary=_line(words.description or words.instruction or words.headline),
            html=_html(notice, language, ending, over_at),
            categories=tuple(_categories(notice, language)),
            language=language if notice.words.get(language) else notice.language,
        )


def entry_text(notice: Notice, language: str) -> str:
    """What it says and advises, as plain text with a blank line between paragraphs."""
    words = notice.in_language(language)
    told = [
        "\n".join(lines)
        for text in (words.description, words.instruction)
        for lines in paragraphs(text)
    ]
    advice = "\n".join(f"• {_line(one)}" for one in notice.advice_in(language))
    return "\n\n".join([*told, *([advice] if advice else [])])


def _categories(notice: Notice, language: str) -> Iterator[Category]:
    """What a reader can filter by: the service, how severe it is or that it is planned, and whether it is new."""
    yield Category(notice.service, _line(notice.service_name(language)), SERVICE_SCHEME)
    if notice.planned:
        # A second label, "Minor disruption", would contradict this one.
        yield Category(notice.urgency, _("Planned work"), URGENCY_SCHEME)
    else:
        yield Category(notice.severity, severity_label(notice.severity), SEVERITY_SCHEME)
    yield Category(notice.message_type, _type_label(notice.message_type), TYPE_SCHEME)


def _type_label(message_type: str) -> str:
    """CAP's message type as a person reads it, in the active language."""
    labels = {
        "Alert": pgettext("message type", "New"),
        "Update": pgettext("message type", "Update"),
        "Cancel": pgettext("message type", "Cancellation"),
    }
    return labels.get(message_type, message_type)


def severity_label(severity: str) -> str:
    """CAP's severity as a person reads it, in the active language."""
    labels = {
        "Extreme": pgettext("severity", "Extreme disruption"),
        "Severe": pgettext("severity", "Severe disruption"),
        "Moderate": pgettext("severity", "Moderate disruption"),
        "Minor": pgettext("severity", "Minor disruption"),
    }
    return labels.get(severity, severity)


def moment(time: datetime) -> str:
    """A time as a person reads it, in the site's own time zone and the active language."""
    return formats.date_format(timezone.localtime(time), pgettext("feed, time", r"j F Y \a\t H:i"))


def _line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def _mark(notice: Notice, ending: str) -> str:
    marks = {
        "resolved": _("Finished") if notice.planned else _("Fixed"),
        "cancelled": _("Called off") if notice.planned else _("Cancelled"),
        "lapsed": _("Its time has passed"),
    }
    return marks.get(ending, "")


def _marked(headline: str, mark: str) -> str:
    return f"{mark}: {headline}" if mark and not says(headline, mark) else headline


def _html(notice: Notice, language: str, ending: str, over_at: datetime | None) -> SafeString:
    words = notice.in_language(language)
    places = ", ".join(_line(place.name) for place in notice.places)
    html = [format_html("<p>{}: {}</p>", _line(notice.service_name(language)), places)]
    if sentence := _ending_sentence(notice, ending, over_at):
        html.insert(0, format_html("<p><strong>{}</strong></p>", sentence))
    for text in (words.description, words.instruction):
        html += [
            format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", _each(lines)))
            for lines in paragraphs(text)
        ]
    # What to do while it lasted is no longer so once it is over.
    if notice.advice and (notice.ends_alert or not ending):
        html.append(_list(notice.advice_in(language)))
    if notice.help_at and not ending:
        html.append(format_html("<p>{}:</p>", notice.help_heading_in(language)))
        html.append(_list(notice.help_at))
    if not ending and not notice.ends_alert:
        html.append(format_html("<p>{}</p>", _times(notice)))
    return mark_safe("".join(html))  # noqa: S308 - every part is escaped above


def _list(lines: Iterable[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", _each(_line(one) for one in lines))
    return format_html("<ul>{}</ul>", items)


def _each(lines: Iterable[str]) -> list[tuple[str]]:
    return [(line,) for line in lines]


def _ending_sentence(notice: Notice, ending: str, over_at: datetime | None) -> str:
    """Says that it is over, in entries that were written before it was."""
    if notice.ends_alert or not over_at:
        return ""
    when = {"time": moment(over_at)}
    sentences = {
        "resolved": _("The work was finished %(time)s.") % when
        if notice.planned
        else _("This was fixed %(time)s.") % when,
        "cancelled": _("The work was called off %(time)s.") % when
        if notice.planned
        else _("This was cancelled %(time)s: it was sent by mistake.") % when,
        "lapsed": _("This work was planned to end %(time)s.") % when,
    }
    return sentences.get(ending, "")


def _times(notice: Notice) -> str:
    onset = {"time": moment(notice.onset)}
    parts = [(_("Planned for %(time)s.") if notice.planned else _("Since %(time)s.")) % onset]
    if notice.expires:
        parts.append(_("Expected to be over %(time)s.") % {"time": moment(notice.expires)})
    return " ".join(parts)
