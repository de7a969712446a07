"""The embed script as one file: its code with its style sheet inside.

The style sheet is a file of its own, so that the editor's preview shows the very same banner.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

ROOM = Path(__file__).parent
PLACEHOLDER = '"STYLE SHEET"'


@lru_cache(maxsize=1)
def built() -> bytes:
    """The script, read once per process."""
    code = (ROOM / "embed" / "banner.js").read_text(encoding="utf-8")
    styles = (ROOM / "static" / "banners" / "banner.css").read_text(encoding="utf-8")
    # Comments are for whoever reads the source; visitors would pay for them on every page.
    code = re.sub(r"(?m)^\s*//.*\n", "", code)
    return code.replace(PLACEHOLDER, json.dumps(_packed(styles)), 1).encode()


def _packed(styles: str) -> str:
    """The style sheet without comments and needless white space: half its weight."""
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    styles = re.sub(r"\s+", " ", styles)
    return re.sub(r" ?([{};,]) ?", r"\1", styles).strip()
