"""What the tests of the containers ask for."""

import pytest

from tests.provision import Missing, nginx, skip_for


@pytest.fixture(scope="session")
def real_nginx() -> None:
    """Skips, and says what to install, when there is no nginx."""
    try:
        nginx.executable()
    except Missing as missing:
        skip_for(missing)
