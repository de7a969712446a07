"""What the workers and the beat of these tests run: the product's own application, and four switches.

- ``FAULTS_HASTY=1`` makes every wait of the fan-out a tenth as long, in the same proportions, and its
  handfuls and batches small, so that a shortened test meets the same moments.
- The file ``twice`` in ``FAULTS_FOLDER``: every task that a worker receives comes once more.
- The file ``dawdle`` there: whoever has read something takes its time before it writes: between reading
  a handful and marking it, between an answer of the provider's and putting it down. Two who do the same
  work then meet; else they would mostly just miss each other.
- The file ``clock-NAME`` there holds the seconds by which the clock of worker NAME is wrong. Only
  this process's clock jumps: a machine's clock belongs to all who run tests on it.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django
from celery.signals import task_received
from django.conf import settings
from django.utils import timezone

from config.worker import app

__all__ = ["app"]

FOLDER = Path(os.environ["FAULTS_FOLDER"])
REPEATED = "faults-repeated"

django.setup()

from notify.dispatch import tasks  # noqa: E402, F401 - models can be imported only now

ROOMS = ("notify.dispatch.", "notify.channels.")
HASTY: dict[str, Any] = {
    "LEASE": timedelta(seconds=6),
    "RENEW_AFTER": timedelta(seconds=1.5),
    "BACK_OFF": timedelta(seconds=3),
    "SENDS_FOR": timedelta(seconds=6),
    "SETTLING": timedelta(seconds=2),
    "LETTING_GO": timedelta(seconds=5.5),
    "ASK_AGAIN": timedelta(seconds=3),
    "OVERDUE": timedelta(seconds=3),
    "UNHEARD": timedelta(seconds=0.3),
    "LONGEST_WAIT": 60.0,
    "LONGEST_WAIT_IF_TOLD": 1.0,
    "ABANDONED_AFTER": 3_000,
    "ANSWER_SECONDS": 2.0,
    "UNHEARD_SECONDS": 1.5,
    "LEAVES_WITHIN": 3.5,
    "REST": 1.5,
    "LONGEST_REST": 12.0,
    "FIRST_SLICE": 20,
    "SLICE": 20,
}
HANDFUL = 10
SWEEP_SECONDS = 0.5


def hurry() -> None:
    """Shorten every wait, in each module that has it: names are imported from one to the other."""
    from notify.channels.sms.channel import SmsChannel

    SmsChannel.handful = HANDFUL  # type: ignore[assignment,method-assign]
    settings.SMS_IN_FLIGHT = HANDFUL
    modules = [module for name, module in sys.modules.items() if name.startswith(ROOMS)]
    for name, value in HASTY.items():
        for module in modules:
            if hasattr(module, name):
                setattr(module, name, value)
    app.conf.beat_schedule["sweep"]["schedule"] = SWEEP_SECONDS


def name_of_worker(arguments: list[str]) -> str:
    """As Celery was told it on the command line; "" for the beat."""
    if "--hostname" not in arguments:
        return ""
    return arguments[arguments.index("--hostname") + 1].partition("@")[0]


def make_clock_wrong(file: Path) -> None:
    """Let ``timezone.now`` differ by the seconds in the file, from the moment that it is there."""
    right = timezone.now

    def wrong() -> datetime:
        try:
            return right() + timedelta(seconds=float(file.read_text()))
        except FileNotFoundError:
            return right()

    timezone.now = wrong


@task_received.connect
def deliver_again(request: Any, **_kwargs: object) -> None:
    """Hand every task to the broker once more, as a visibility timeout that is too short does."""
    if not (FOLDER / "twice").exists() or request.request_dict.get(REPEATED):
        return
    queue = request.delivery_info["routing_key"]
    app.send_task(request.name, args=request.args, queue=queue, headers={REPEATED: True})
    with (FOLDER / "repeated").open("a") as file:
        file.write(f"{request.name}\n")


def dawdle(most: float) -> None:
    """Let a while pass, which differs from one worker to the next. most: seconds."""
    if (FOLDER / "dawdle").exists():
        time.sleep(random.uniform(0.1, most))


def dawdle_in_between() -> None:
    """Between reading and writing, where no lock may be trusted to keep two apart."""
    from notify.dispatch import answers, handful, reconcile

    mark, put_down = handful._mark, answers.put_down

    def mark_late(*arguments: Any) -> Any:
        dawdle(0.5)
        return mark(*arguments)

    def put_down_late(table: Any, tries: Any, said: Iterable[Any]) -> None:
        said = list(said)
        dawdle(1.5)
        put_down(table, tries, said)

    for module, name, late in (
        (handful, "_mark", mark_late),
        (reconcile, "put_down", put_down_late),
    ):
        setattr(module, name, late)


dawdle_in_between()
if os.environ.get("FAULTS_HASTY") == "1":
    hurry()
make_clock_wrong(FOLDER / f"clock-{name_of_worker(sys.argv)}")
