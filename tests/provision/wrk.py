"""A load generator that costs far less than what it measures: wrk."""

import shutil

from tests.provision import Missing

INSTALL = "wrk is missing. Install it: apt-get install wrk"


def executable() -> str:
    """The path of wrk. Raises Missing when there is none."""
    if found := shutil.which("wrk"):
        return found
    raise Missing(INSTALL)
