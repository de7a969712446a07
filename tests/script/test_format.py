"""Formatting changes how code looks, never what it says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.conf import settings

TIDY = 'def greet() -> None:\n    """Say it."""\n    print("hello")\n'


def test_a_python_file_that_is_named_keeps_its_indents(tmp_path: Path) -> None:
    file = tmp_path / "tidy.py"
    file.write_text(TIDY)
    script = Path(settings.BASE_DIR) / "script" / "format"

    subprocess.run([script, file], check=True, timeout=60)

    assert file.read_text() == TIDY
