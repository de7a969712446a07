"""The embed script as one file: its code with its style sheet and the site's languages inside.

The style sheet is a file of its own, so that the editor's preview shows the very same banner. Every
script that was ever released is kept, because pages that pin one by its digest have it for years.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps as every_app
from django.apps.registry import Apps
from django.conf import settings

from notify.channels.banners.models import ReleasedScript

ROOM = Path(__file__).parent
DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Built:
    """The script of this release. digest: its name in the pinned address. integrity: what the host
    page's browser checks it against (Subresource Integrity)."""

    code: bytes
    digest: str
    integrity: str


@lru_cache(maxsize=1)
def present() -> Built:
    """The script, made once per process."""
    code = _code()
    integrity = base64.b64encode(hashlib.sha384(code).digest()).decode()
    digest = hashlib.sha256(code).hexdigest()[:DIGEST_LENGTH]
    return Built(code, digest, f"sha384-{integrity}")


def released(digest: str) -> bytes | None:
    """The script of that digest, of this release or an earlier one; None if there was none."""
    if digest == present().digest:
        return present().code
    kept = ReleasedScript.objects.filter(digest=digest).values_list("code", flat=True).first()
    return kept.encode() if kept is not None else None


def keep(*, using: str, apps: Apps = every_app, **_kwargs: Any) -> None:
    """Keep this release's script for ever; called after the migrations of each release.

    apps: as the migrations left them, which may be before there was a place for it.
    """
    try:
        kept = apps.get_model("banners", "ReleasedScript")._default_manager.using(using)
    except LookupError:
        return
    kept.get_or_create(digest=present().digest, defaults={"code": present().code.decode()})


def _code() -> bytes:
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
