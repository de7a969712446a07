"""The system's curl."""

import shutil

from tests.provision import Missing

INSTALL = "curl is missing. Install it: apt-get install curl"


def executable() -> str:
    """The path of curl. Raises Missing when there is none."""
    if found := shutil.which("curl"):
        return found
    raise Missing(INSTALL)
