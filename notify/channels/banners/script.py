"""The embed script as one file: its code with its style sheet and the site's languages inside.

The style sheet is a file of its own, so that the editor's preview shows the very same banner.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

ROOM = Path(__file__).parent


@lru_cache(maxsize=1)
def built() -> bytes:
    """The script, read once per process."""
    code = (ROOM / "embed" / "banner.js").read_text(encoding="utf-8")
    styles = (ROOM / "static" / "banners" / "banner.css").read_text(encoding="utf-8")
    # Comments and indentation are for whoever reads the source; visitors would pay for them on every page.
    code = re.sub(r"(?m)^\s+(//.*\n)?|^//.*\n", "", code)
    languages = [language for language, _name in settings.LANGUAGES]
    for placeholder, value in (("STYLE SHEET", _packed(styles)), ("LANGUAGES", languages)):
        code = code.replace(f'"{placeholder}"', json.dumps(value), 1)
    return code.encode()


def _packed(styles: str) -> str:
    """The style sheet without comments and needless white space: half its weight."""
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    styles = re.sub(r"\s+", " ", styles)
    return re.sub(r" ?([{};,]) ?|(?<=[\w]): ", lambda it: it[1] or ":", styles).strip()
