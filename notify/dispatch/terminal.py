"""How dispatches look in a terminal: plain text, in columns, without a library."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from notify.dispatch.models import Decision, Dispatch, State
from notify.dispatch.progress import ChannelProgress, progress, troubles

BLOCKS = {
    State.DELIVERED: "█",
    State.SENT: "▓",
    State.SENDING: "▒",
    State.IN_DOUBT: "?",
    State.FAILED: "×",
    State.WITHDRAWN: "-",
    State.QUEUED: "·",
}
"""What a stretch of a bar is drawn with, left to right."""
WIDEST = 60


def report(dispatch: Dispatch, seen: Sequence[ChannelProgress], columns: int) -> str:
    """A dispatch with a bar per channel, why messages did not arrive, and what was decided.

    columns: no line is longer, so that as many lines are drawn as there are in the text.
    """
    lines = [f"Dispatch {dispatch.pk} · {_title(dispatch)} · {_when(dispatch)} · {dispatch.queue}"]
    reasons = troubles(dispatch)
    for one in seen:
        lines += ["", f"{one.channel}  {_headline(one)}", bar(one, min(WIDEST, columns - 2))]
        lines += [f"  {_counts(one)}"] if one.total else []
        lines += [
            f"  {reason.state}: {reason.count} · {reason.reason}"
            + (f" ({reason.error})" if reason.error else "")
            for reason in reasons
            if reason.channel == one.channel
        ]
    lines += _decided(dispatch)
    return "\n".join(line[:columns] for line in lines)


def listing(dispatches: Sequence[Dispatch]) -> str:
    """A table of dispatches, one line each."""
    if not dispatches:
        return "Nothing has been published yet."
    lines = [f"{'id':>6}  {'published':16}  {'queue':7}  {'done':>15}  alert"]
    for one in dispatches:
        seen = progress(one)
        done = sum(channel.handed_over for channel in seen)
        total = sum(channel.total for channel in seen)
        figure = f"{done}/{total}" if one.expanded_at else f"{done}/…"
        lines.append(f"{one.pk:>6}  {_when(one):16}  {one.queue:7}  {figure:>15}  {_title(one)}")
    return "\n".join(lines)


def bar(one: ChannelProgress, width: int) -> str:
    """The deliveries by state in ``width`` characters, between brackets."""
    drawn, before = "", 0
    for state, sign in BLOCKS.items():
        before += one.counts[state]
        drawn += sign * (width * before // max(one.total, 1) - len(drawn))
    return f"[{drawn:{width}}]"


def time_left(seconds: float | None) -> str:
    """So long: "45 s", "12 min", "3 h"; nothing where it is unknown."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min left"
    return f"{seconds / 3600:.0f} h left"


def _headline(one: ChannelProgress) -> str:
    if not one.expanded:
        return "gathering the recipients…"
    said = [f"{one.handed_over} of {one.total} handed over"]
    if one.finished:
        said.append("finished")
    elif one.rate:
        said += [f"{one.rate:.1f}/s", time_left(one.seconds_left)]
    if one.resting:
        said.append(f"{one.resting} wait for the morning")
    if one.carried:
        said.append(", ".join(f"{name} {count}" for name, count in one.carried.items()))
    return " · ".join(part for part in said if part)


def _counts(one: ChannelProgress) -> str:
    return "  ".join(
        f"{sign} {one.counts[state]} {state.value}"
        for state, sign in BLOCKS.items()
        if one.counts[state]
    )


def _decided(dispatch: Dispatch) -> list[str]:
    words = {Decision.Kind.STOP.value: "stopped", Decision.Kind.RETRY.value: "tried again"}
    words[Decision.Kind.REPEAT.value] = "sent again"
    decisions = dispatch.decisions.select_related("by")
    return [
        f"{timezone.localtime(one.at):%Y-%m-%d %H:%M} {words[one.kind]} ({one.count} messages)"
        f" by {one.by.get_username() if one.by else 'nobody known'}"
        for one in decisions
    ]


def _title(dispatch: Dispatch) -> str:
    update = dispatch.update
    return f"{update.alert.code} {update.number} {update.word('headline')}"


def _when(dispatch: Dispatch) -> str:
    return f"{timezone.localtime(dispatch.created_at):%Y-%m-%d %H:%M}"
