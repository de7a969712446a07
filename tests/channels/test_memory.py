from __future__ import annotations

import pytest

from notify.channels.base import Outcome
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from tests.channels.contract import RefusingContract, TextContract


class TestMemoryChannel(TextContract, RefusingContract):
    @pytest.fixture
    def channel(self, bad_address: str) -> MemoryChannel:
        memory = MemoryChannel()
        memory.fates[bad_address] = Outcome.FAILED
        return memory

    @pytest.fixture
    def bad_address(self) -> str:
        return "+46101234567"

    def test_it_keeps_what_it_is_given(self, channel: MemoryChannel, told: Notice) -> None:
        assert channel.sent == []
        assert channel.texts == []
