"""How a process that cannot start says so: one sentence, and no traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@contextmanager
def wrong_settings_end_in_a_sentence() -> Iterator[None]:
    """Read the settings; if they are wrong, or turn out so in the block, exit with what is wrong."""
    try:
        settings.INSTALLED_APPS  # noqa: B018 - the first look at the settings reads them all
        yield
    except ImproperlyConfigured as error:
        sys.exit(f"notify: {error}")
