"""The common look can be read: every text colour stands at 7:1 or more on its grounds (WCAG 2.2, 1.4.6)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR, "config/static/notify.css").read_text(encoding="utf-8")
SEVERITIES = ["extreme", "severe", "moderate", "minor", "good"]
GROUNDS = ["paper", "surface", "sunken", "accent-wash"]
PAIRS = [
    *((text, ground) for text in ("ink", "ink-soft", "accent") for ground in GROUNDS),
    *(("ink", f"{severity}-wash") for severity in SEVERITIES),
    *((severity, f"{severity}-wash") for severity in SEVERITIES),
    *(("extreme", ground) for ground in ("paper", "surface")),
    *(("on-band", f"band-{band}") for band in ("alarm", "work", "good")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "accent-wash"),
    ("surface", "extreme"),
    ("paper", "ink"),
]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme: those of the light one, with the dark one's own in their place."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    dark = dark.split("*,", 1)[0]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if theme == "dark" else {}
    )


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    darker, lighter = sorted((luminance(colours[text]), luminance(colours[ground])))

    assert (lighter + 0.05) / (darker + 0.05) >= 7


def test_no_stylesheet_or_script_fetches_from_elsewhere() -> None:
    files = [
        *Path(settings.BASE_DIR, "config/static").rglob("*.*s"),
        *Path(settings.BASE_DIR, "notify/portal/static").rglob("*.*s"),
    ]
    assert files
    for file in files:
        assert not re.search(r"https?:|//\w|@import|url\(", _code(file))


def _code(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return re.sub(r"^\s*//.*$|/\*.*?\*/", "", text, flags=re.MULTILINE | re.DOTALL)
