"""What the button says that lets a move out, and what is said once it is out."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notify.alerts.vocabulary import Move
from notify.console.clock import said as said_at


def sending(move: Move, *, planned: bool, people: int, counted: str) -> str:
    """The button's words. people: how many are told by SMS; counted: the same, as it is written."""
    if not people:
        return _alone(move, planned=planned)
    if move == Move.PUBLISH:
        said = ngettext("Publish to %(count)s person", "Publish to %(count)s people", people)
    elif move == Move.UPDATE:
        said = ngettext(
            "Post the update to %(count)s person", "Post the update to %(count)s people", people
        )
    elif move == Move.RESOLVE:
        said = ngettext(
            "Give %(count)s person the all-clear", "Give %(count)s people the all-clear", people
        )
    elif planned:
        said = ngettext(
            "Tell %(count)s person that it is called off",
            "Tell %(count)s people that it is called off",
            people,
        )
    else:
        said = ngettext(
            "Tell %(count)s person that it is cancelled",
            "Tell %(count)s people that it is cancelled",
            people,
        )
    return said % {"count": counted}


def sending_later(at: datetime, *, people: int, counted: str) -> str:
    """The words of the button that has a draft published at a time."""
    if not people:
        return _("Publish %(when)s") % {"when": said_at(at)}
    said = ngettext(
        "Publish %(when)s to %(count)s person", "Publish %(when)s to %(count)s people", people
    )
    return said % {"when": said_at(at), "count": counted}


def _alone(move: Move, *, planned: bool) -> str:
    return {
        Move.PUBLISH: _("Publish"),
        Move.UPDATE: _("Post the update"),
        Move.RESOLVE: _("Give the all-clear"),
        Move.CANCEL: _("Call off the work") if planned else _("Cancel the alert"),
    }[move]


def sent(move: Move, *, planned: bool) -> str:
    """What is said on the page where it can be watched."""
    done = {
        Move.PUBLISH: _("Published."),
        Move.UPDATE: _("The update is published."),
        Move.RESOLVE: _("The all-clear is given."),
        Move.CANCEL: _("The work is called off.") if planned else _("The alert is cancelled."),
    }[move]
    watch = _("Below you can watch it go out.")
    return f"{done} {watch}"


def planned_for(at: datetime) -> str:
    """What is said once it is to be published at a time."""
    return _("It will be published %(when)s. Nobody has been told yet.") % {"when": said_at(at)}


def not_any_more(at: datetime) -> str:
    """What is said to somebody who has changed a draft that was to be published at a time."""
    sentence = _("It was to be published %(when)s. Now that it is changed, choose a time again.")
    return sentence % {"when": said_at(at)}
