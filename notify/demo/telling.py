"""The demo's last act, told in the terminal: the alert, its fan-out, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import override
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from notify.channels.notice import Notice
from notify.demo.checks import Check, check_all
from notify.demo.neighbour import neighbour
from notify.demo.places import ASPERED, CONCERNED
from notify.demo.residents import Phones, Resident, Stuck
from notify.demo.stack import Stack
from notify.demo.story import (
    Login,
    Unfinished,
    hire_administrator,
    hire_editor,
    key_for,
    post_water_alert,
    watch,
)
from notify.dispatch.models import Dispatch, State
from notify.dispatch.progress import failures
from notify.residents.phones import masked
from notify.residents.services import find_subscriber

UNREACHABLE = 30005
"""Twilio: unknown destination handset. One phone of the demo is switched off for good."""
NEIGHBOUR_PORT = 8002
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Cast:
    """Residents of whom the story tells: told is told, broken has a dead phone, leaver left."""

    told: Resident
    broken: Resident
    leaver: Resident


@dataclass(frozen=True, slots=True)
class Doors:
    """What opens what is not open to all. key: for the API, with every scope."""

    editor: Login
    administrator: Login
    key: str


def tell(
    stack: Stack,
    terminal: Console,
    everybody: Sequence[Resident],
    *,
    once: bool,
    wait: Callable[[], None],
) -> int:
    """Post the alert, show its fan-out and what came of it; returns the exit status.

    once: check each channel and return; otherwise show the addresses and ``wait()`` first.
    """
    phones = Phones(stack.simulator_url)
    concerned = [one for one in everybody if CONCERNED.intersection(one.areas)]
    cast = Cast(told=concerned[0], broken=concerned[-2], leaver=concerned[-1])
    _leave(phones, cast.leaver)
    phones.break_phone(cast.broken.phone, UNREACHABLE)
    editor, login = hire_editor()
    dispatch = post_water_alert(editor)
    try:
        _show_fan_out(dispatch, terminal)
    except Unfinished as unfinished:
        terminal.print(f"[bold red]The fan-out did not end in time:[/] {unfinished}")
        return 1
    text = str(phones.messages(cast.told.phone)[-1]["body"])
    _show_result(dispatch, cast, text, terminal)
    if once:
        return _show_checks(check_all(stack, dispatch.notice, everybody, [cast.leaver]), terminal)
    doors = Doors(editor=login, administrator=hire_administrator(), key=key_for(editor))
    with neighbour(stack.web_url, ASPERED, NEIGHBOUR_PORT) as neighbour_url:
        _show_addresses(stack, dispatch.notice, doors, neighbour_url, terminal)
        wait()
    return 0


def _leave(phones: Phones, leaver: Resident) -> None:
    """One resident changes their mind before anything happens."""
    phones.reply(leaver.phone, "STOPP")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while find_subscriber(leaver.phone):
        if time.monotonic() > deadline:
            raise Stuck("STOPP by SMS did not end the subscription.")
        time.sleep(0.05)


def _show_fan_out(dispatch: Dispatch, terminal: Console) -> None:
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(bar_width=32),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[states]}"),
    )
    with Progress(*columns, console=terminal) as bars:
        tasks: dict[str, TaskID] = {}
        for channels in watch(dispatch):
            for one in channels:
                if one.channel not in tasks:
                    tasks[one.channel] = bars.add_task(one.channel, states="")
                states = ", ".join(f"{n} {state}" for state, n in one.counts.items() if n)
                final = one.counts[State.DELIVERED] + one.counts[State.FAILED]
                bars.update(tasks[one.channel], total=one.total, completed=final, states=states)


def _show_result(dispatch: Dispatch, cast: Cast, text: str, terminal: Console) -> None:
    sms = dispatch.deliveries.filter(channel="sms")
    delivered = sms.filter(state=State.DELIVERED).count()
    terminal.print(f"[bold]{delivered} of {sms.count()} SMS were delivered.[/]")
    with override("en"):  # the language of the terminal, whatever the site's is
        reasons = failures(dispatch)
    for failure in reasons:
        terminal.print(f"  Not to {masked(cast.broken.phone)}: {failure.reason} ({failure.error})")
    terminal.print(
        f"  Not to {masked(cast.leaver.phone)}: wrote STOPP before, so nothing was sent."
    )
    terminal.print(Panel(text, title=f"SMS to {masked(cast.told.phone)}", width=64))


def _show_checks(checks: Sequence[Check], terminal: Console) -> int:
    for check in checks:
        mark = "[green]ok    [/]" if check.passed else "[bold red]FAILED[/]"
        terminal.print(f"{mark} {check.channel:8} {check.finding}", soft_wrap=True)
    return 0 if all(check.passed for check in checks) else 1


def _show_addresses(
    stack: Stack, notice: Notice, doors: Doors, neighbour_url: str, terminal: Console
) -> None:
    web = stack.web_url
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = [
        ("Residents' page", f"{web}/"),
        ("The alert", notice.url),
        ("Subscribe", f"{web}/subscribe/"),
        ("Console", f"{web}/console/"),
        *_login(doors.editor),
        ("Phones", f"{stack.simulator_url}/"),
        ("RSS", f"{web}/feeds/sv/all.rss"),
        ("Atom", f"{web}/feeds/sv/all.atom"),
        ("JSON Feed", f"{web}/feeds/sv/all.json"),
        ("GeoJSON", f"{web}/feeds/sv/all.geojson"),
        ("Calendar", f"{web}/feeds/sv/all.ics"),
        ("RSS, Äspered", f"{web}/feeds/sv/area/{ASPERED}.rss"),
        ("Atom, Äspered", f"{web}/feeds/sv/area/{ASPERED}.atom"),
        ("Banner elsewhere", neighbour_url),
        ("  for your site", f"{web}/about/banner/"),
        ("Admin", f"{web}/admin/"),
        *_login(doors.administrator),
        ("API", f"{web}/api/v1/docs/"),
        ("  key", doors.key),
    ]
    for name, address in rows:
        table.add_row(name, address)
    terminal.print(table, soft_wrap=True)
    terminal.print("\nCtrl-C ends it all.")


def _login(login: Login) -> list[tuple[str, str]]:
    return [("  user", login.username), ("  password", login.password)]
