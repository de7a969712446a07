"""What follows from a message: a draft, a move, or that an editor has to look at it.

An alert belongs to its sender's messages until somebody else changes it. From then on it is that editor's: what
comes later is laid before them and changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import check_news, create_draft, discard_draft, revise_draft
from notify.alerts.models import Alert, Update
from notify.alerts.schedule import unschedule_draft
from notify.alerts.vocabulary import Move, State
from notify.dispatch.start import announce
from notify.intake.document import Document
from notify.intake.faults import Fault, Refused, Remark, Sentences, in_each_language
from notify.intake.meaning import Elsewhere, Meaning, meaning
from notify.intake.models import Outcome
from notify.intake.places import Match, matches
from notify.intake.story import Story
from notify.intake.words import words_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOT_HERE = Remark(
    gettext_lazy("What it refers to does not stand here: it is taken for the first of its kind.")
)
THEIRS = Remark(
    gettext_lazy("An editor has changed the alert since its sender’s last message, and decides.")
)
ASKED = Remark(gettext_lazy("Messages of this sender are not published without an editor."))
STOPPED = Remark(
    gettext_lazy("The draft was planned for publication, and does not go out by itself any more.")
)
GONE = Remark(gettext_lazy("It is not about any area here any more."))
WORDLESS = Remark(gettext_lazy("It says that it is over, but not in words."))
IN_PART = Remark(gettext_lazy("It is over in some of the areas only."))

OUTCOMES = {
    Move.UPDATE: Outcome.UPDATED,
    Move.RESOLVE: Outcome.RESOLVED,
    Move.CANCEL: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Taking:
    """In whose name a message is taken in. by: their user, if they have one; publishes: whether what is
    exact goes out by itself; service: the short name of one for what says none."""

    by: User | None
    publishes: bool
    service: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it. alert: the one concerned, if it is there yet. remarks: by language."""

    outcome: Outcome
    alert: Alert | None = None
    code: str = ""
    update: Update | None = None
    found: Sequence[Match] = ()
    remarks: Sentences = field(default_factory=dict)


def begin(document: Document, taking: Taking, *doubts: Remark) -> Result:
    """A draft of what it says, published if nothing speaks against it."""
    meant = meaning(document, service=taking.service)
    alert = create_draft(meant.content, by=taking.by, key=key_of(document))
    doubted = replace(meant, remarks=(*doubts, *meant.remarks))
    return _let_out(document, alert, Outcome.DRAFTED, doubted, taking)


def go_on(document: Document, story: Story, taking: Taking) -> Result:
    """An update: of a draft, or of what people have been told."""
    alert = story.alert
    if alert is None:
        return begin(document, taking, NOT_HERE)
    if story.overtaken_by(document):
        return Result(Outcome.LATE, alert)
    try:
        meant = meaning(document, service=taking.service)
    except Elsewhere:
        return _wait(alert, (), GONE)
    if not story.untouched:
        return _wait(alert, meant.found, THEIRS, *meant.remarks)
    return _renew(document, alert, meant, taking)


def end(document: Document, story: Story, taking: Taking, move: Move) -> Result:
    """It is over (Move.RESOLVE), or was sent in error (Move.CANCEL)."""
    alert = story.alert
    if not story.known:
        sentence = _("What it refers to never came here, so there is nothing to end.")
        raise Refused(Fault("references", sentence))
    if alert is None:
        return Result(Outcome.UNCHANGED)
    if story.overtaken_by(document):
        return Result(Outcome.LATE, alert)
    if not story.untouched:
        return _wait(alert, (), THEIRS)
    if alert.state == State.DRAFT:
        code = alert.code
        discard_draft(alert, version=alert.version)
        return Result(Outcome.DISCARDED, code=code)
    return _say(document, alert, move, _last_words(document, alert), taking)


def key_of(document: Document) -> uuid.UUID:
    """What a message's draft and update are asked for by: the same for the same message."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{document.sender},{document.identifier}")


def _renew(document: Document, alert: Alert, meant: Meaning, taking: Taking) -> Result:
    """What its sender says now, of an alert that is as they left it."""
    if alert.state == State.DRAFT:
        revise_draft(alert, meant.content, version=alert.version)
        return _let_out(document, alert, Outcome.REVISED, meant, taking)
    try:
        check_news(alert, meant.content)
    except ValidationError:
        return Result(Outcome.UNCHANGED, alert, found=meant.found)
    return _say(document, alert, Move.UPDATE, meant, taking)


def _last_words(document: Document, alert: Alert) -> Meaning:
    """What an end says. It may only say words: what else stood stands."""
    over = AlertContent.over(alert)
    if document.own is None:
        return Meaning(over, (), (WORDLESS,))
    words, remarks = words_of(document)
    found = matches(document.own.extents)
    in_part = document.own.extents and set(found.areas) != set(over.areas)
    doubts = (*remarks, *([IN_PART] if in_part else []))
    return Meaning(replace(over, words=words), found.found, doubts)


def _let_out(
    document: Document, alert: Alert, otherwise: Outcome, meant: Meaning, taking: Taking
) -> Result:
    """Publish the draft if it may be, and is exact; else it stays one, with the reasons."""
    if meant.remarks or not taking.publishes:
        remarks = in_each_language(meant.remarks)
        return Result(otherwise, alert, found=meant.found, remarks=remarks)
    update, refusal = _announce(document, alert, Move.PUBLISH, meant.content, taking)
    outcome = Outcome.PUBLISHED if update else otherwise
    return Result(outcome, alert, update=update, found=meant.found, remarks=refusal)


def _say(document: Document, alert: Alert, move: Move, meant: Meaning, taking: Taking) -> Result:
    """Tell people, if it may be, and is exact; else it waits for an editor."""
    doubts = [*meant.remarks, *([] if taking.publishes else [ASKED])]
    if doubts:
        return _wait(alert, meant.found, *doubts)
    update, refusal = _announce(document, alert, move, meant.content, taking)
    outcome = OUTCOMES[move] if update else Outcome.WAITING
    return Result(outcome, alert, update=update, found=meant.found, remarks=refusal)


def _wait(alert: Alert, found: Sequence[Match], *reasons: Remark) -> Result:
    """Lay it before the editors. A draft does not go out behind their back meanwhile."""
    if alert.publish_at:
        unschedule_draft(alert, version=alert.version)
        reasons = (*reasons, STOPPED)
    return Result(Outcome.WAITING, alert, found=found, remarks=in_each_language(reasons))


def _announce(
    document: Document, alert: Alert, move: Move, content: AlertContent, taking: Taking
) -> tuple[Update | None, Sentences]:
    """Publish it; or why that was refused, by language, because a sentence is made when it is refused."""

    def attempt() -> Update:
        dispatch = announce(
            alert, move, content, version=alert.version, key=key_of(document), by=taking.by
        )
        alert.refresh_from_db()
        return dispatch.update

    return _in_turn(attempt)


def _in_turn(attempt: Callable[[], Update]) -> tuple[Update | None, Sentences]:
    refusal: dict[str, list[str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            try:
                return attempt(), {}
            except ValidationError as wrong:
                refusal[language] = list(wrong.messages)
    return None, refusal
