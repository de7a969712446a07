"""The real parts that tests run on: PostgreSQL, Redis or Valkey, and Chromium.

Each is found on this machine or started as a child of the tests, on a free port of 127.0.0.1 and in
a temporary folder, and is gone when the tests are. ``Missing`` says what to install otherwise.
"""

from typing import NoReturn

import pytest

# How the reason of such a skip begins; the end of the summary gathers and repeats them.
NOT_TESTED = "NOT TESTED: "


class Missing(Exception):
    """A real part is not on this machine; the text is a sentence that says what to install."""


def skip_for(missing: Missing) -> NoReturn:
    """Skip the test that asked, with the sentence that says what to install."""
    pytest.skip(f"{NOT_TESTED}{missing}")
