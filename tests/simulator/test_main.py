"""The process: how it starts, what it says, and how it ends."""

from __future__ import annotations

import signal

import pytest

from notify.simulator.__main__ import parse
from tests.simulator_fixture import Simulator, start_simulator, stop

CREDENTIALS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_address_and_ends_cleanly_when_told(signum: signal.Signals) -> None:
    process, url = start_simulator("--inbound-url", "http://127.0.0.1:9/inbound")
    try:
        assert Simulator(url).stats()["inbound_url"] == "http://127.0.0.1:9/inbound"
        process.send_signal(signum)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "", "the address is all it says"
    finally:
        stop(process)


@pytest.mark.parametrize("missing", sorted(CREDENTIALS))
def test_it_says_which_variable_is_missing(
    missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {name: value for name, value in CREDENTIALS.items() if name != missing}
    with pytest.raises(SystemExit, match="2"):
        parse(["--port", "0"], environ)
    assert missing in capsys.readouterr().err


def test_options_win_over_the_environment() -> None:
    options = parse(["--port", "1", "--auth-token", "u"], CREDENTIALS)
    assert (options.port, options.account_sid, options.auth_token) == (1, "AC1", "u")
    assert options.host == "127.0.0.1"
