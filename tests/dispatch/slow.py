"""A channel that takes its time, and the settings of a real worker that has no other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

from config.settings import *  # noqa: F403 - settings, but for the channels
from notify.channels.base import Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice

NOTIFY_CHANNELS = [f"{__name__}.SlowChannel"]


class SlowChannel(MemoryChannel):
    """Small handfuls, and SECONDS_EACH for each message."""

    handful: ClassVar[int] = 2

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        """As its parent, slowly."""
        for receipt in super().send(notice, recipients):
            time.sleep(float(os.environ.get("SECONDS_EACH", "0")))
            yield receipt
