"""What a message means here: as the content of an alert, and what of it could not be carried on exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notify.alerts.content import AlertContent
from notify.alerts.vocabulary import Certainty, Severity, Urgency
from notify.intake.document import Document, Info
from notify.intake.faults import Fault, Refused, Remark
from notify.intake.places import Match, matches
from notify.intake.service import service_of
from notify.intake.words import words_of

DRAFT = "Draft"
"""CAP ``status``: words that nobody shall act on yet."""
MESSAGE_TYPES = ("Alert", "Update", "Cancel")
"""Those that say something to people; Ack and Error are answers between systems."""
CARRIED = frozenset({"Monitor", "Prepare", "AllClear", "None"})
"""CAP ``responseType``: those that our own messages say."""
SURE = {
    "severity": Severity.values,
    "urgency": Urgency.values,
    "certainty": Certainty.values,
}
INSTEAD = {
    "severity": Severity.MODERATE,
    "urgency": Urgency.IMMEDIATE,
    "certainty": Certainty.POSSIBLE,
}
"""What stands for CAP's words that we have none for, as Unknown."""


SKEW = timedelta(minutes=10)
"""How far the sender's clock may be ahead of ours: what is sent later than something else overtakes it."""
LATEST = timedelta(hours=24)
"""How old a message may be that says no end: its words were written for another day."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The content of an alert, the areas and how they were found, and what is not carried on exactly."""

    content: AlertContent
    found: tuple[Match, ...]
    remarks: tuple[Remark, ...]


class Elsewhere(Refused):
    """It is about no area of ours."""


def check(document: Document) -> None:
    """Raise Refused for a message that is not for the public, not for here, or no message to people."""
    faults = []
    if document.status not in (settings.CAP_STATUS, DRAFT):
        values = {"status": document.status, "taken": settings.CAP_STATUS}
        sentence = _("Its status is %(status)s: only %(taken)s and Draft are taken in here.")
        faults.append(Fault("status", sentence % values))
    if document.scope != "Public":
        sentence = _("Its scope is %(scope)s: only what is Public is taken in here.")
        faults.append(Fault("scope", sentence % {"scope": document.scope}))
    if document.message_type not in MESSAGE_TYPES:
        values = {"type": document.message_type, "taken": ", ".join(MESSAGE_TYPES)}
        sentence = _("Its msgType is %(type)s: only %(taken)s are taken in here.")
        faults.append(Fault("msgType", sentence % values))
    if document.sent > timezone.now() + SKEW:
        faults.append(
            Fault("sent", _("It was sent at a time that lies ahead: check the sender’s clock."))
        )
    if document.sender == settings.CAP_SENDER:
        faults.append(Fault("sender", _("This message is our own.")))
    if faults:
        raise Refused(*faults)


def meaning(document: Document, *, service: str = "") -> Meaning:
    """What it means. service: the short name of one for what says none. Raises Refused."""
    info = document.own
    if info is None:
        raise Refused(Fault("info", _("It says nothing: there is no <info>.")))
    found = matches(info.extents)
    if not found.found:
        raise Elsewhere(Fault("area", _("None of its areas is one of ours, or reaches into one.")))
    chosen, guesses = service_of(info, otherwise=service)
    words, doubts = words_of(document)
    content = AlertContent(
        service=chosen,
        areas=found.areas,
        severity=_ours("severity", info),
        urgency=_ours("urgency", info),
        certainty=_ours("certainty", info),
        onset=info.onset or info.effective or document.sent,
        expires=info.expires,
        words=words,
    )
    remarks = (*guesses, *doubts, *_inexact(document, info), *_unclear(found.unclear))
    return Meaning(content, found.found, remarks)


def _ours(name: str, info: Info) -> str:
    said: str = getattr(info, name)
    return said if said in SURE[name] else INSTEAD[name].value


def _inexact(document: Document, info: Info) -> Iterator[Remark]:
    for name, sure in SURE.items():
        said = getattr(info, name)
        if said not in sure:
            values = {"name": name, "said": said, "instead": INSTEAD[name].value}
            yield Remark(
                gettext_lazy("Its %(name)s is %(said)s: %(instead)s stands in its place."), values
            )
    if unlike := set(info.response_types) - CARRIED:
        values = {"types": ", ".join(sorted(unlike))}
        yield Remark(
            gettext_lazy("What people should do (%(types)s) is carried on in words only."), values
        )
    if any(_besides_words(one) != _besides_words(info) for one in document.infos):
        yield Remark(
            gettext_lazy("Its languages differ in more than words: the site’s own counts.")
        )
    if info.expires is None and document.sent < timezone.now() - LATEST:
        yield Remark(gettext_lazy("It is more than a day old, and says no end."))
    if any(one.resources for one in document.infos):
        yield Remark(gettext_lazy("Its pictures and files are left out."))


def _besides_words(info: Info) -> object:
    places = {(extent.polygons, extent.circles, extent.geocodes) for extent in info.extents}
    times = info.onset, info.expires
    over = "AllClear" in info.response_types
    return over, info.urgency, info.severity, info.certainty, times, places


def _unclear(names: tuple[str, ...]) -> Iterator[Remark]:
    if names:
        said = ", ".join(name[:60] for name in names[:5])
        yield Remark(gettext_lazy("Nobody can tell where this is: %(places)s."), {"places": said})
