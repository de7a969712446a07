"""Catalogues of translations, made and checked with Babel: called by script/messages.

Every folder with an ``apps.py``, and ``config``, owns the strings of its Python and its templates, and
keeps their translations in ``locale/sv/LC_MESSAGES/django.po``, for each language, with the compiled
``.mo`` beside it. The strings themselves are English. Entries are sorted and name no source lines, so
that a change in a catalogue is a change of words.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (ROOT / "notify", ROOT / "config")
LANGUAGES = ("sv",)
"""Those that are translated to: ``settings.LANGUAGES`` without English."""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What a compiled catalogue answers: (context, singular) to the translation's forms.
Words = dict[tuple[str, str], tuple[str, ...]]
# Without dates and tool versions, which would change the file when no word has changed.
HEADER = """msgid ""
msgstr ""
"Project-Id-Version: notify\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


# --- what the code says -----------------------------------------------------------------------


def sources() -> Iterator[Path]:
    """Every Python file and template of the project."""
    for room in ROOMS:
        yield from sorted(set(room.rglob("*.py")) - set(room.rglob("migrations/*.py")))
        for kind in ("html", "txt", "xml"):
            yield from sorted(room.rglob(f"templates/**/*.{kind}"))


def owner(source: Path) -> Path | None:
    """The folder whose catalogue holds this file's strings; None when no app would ever load it."""
    for folder in source.parents:
        if (folder / "apps.py").exists() or folder == ROOT / "config":
            return folder
        if folder in ROOMS:
            break
    return None


def strings(source: Path) -> Catalog:
    """The translatable strings of one file."""
    text = source.read_text(encoding="utf-8")
    if source.suffix != ".py":
        # Brackets keep the tokenizer from reading a template's indentation as Python's.
        text = f"(\n{templatize(text)}\n)"
    found = Catalog()
    code = io.BytesIO(text.encode())
    for _, words, comments, context in extract("python", code, KEYWORDS, ("Translators:",)):
        found.add(words, auto_comments=comments, context=context)
    return found


def wanted() -> tuple[dict[Path, Catalog], list[str]]:
    """For each catalogue file the strings it must hold; and the files whose strings nobody owns."""
    catalogues: dict[Path, Catalog] = {}
    orphans = []
    for source in sources():
        found = [message for message in strings(source) if message.id]
        folder = owner(source)
        if found and folder is None:
            orphans.append(
                f"{source.relative_to(ROOT)}: has words to translate, but no app around it"
            )
        elif found and folder:
            for path in files(folder):
                catalogue = catalogues.setdefault(path, empty(path))
                for message in found:
                    catalogue.add(
                        message.id, auto_comments=message.auto_comments, context=message.context
                    )
    for room in ROOMS:
        for path in room.rglob("locale/*/LC_MESSAGES/django.po"):
            catalogues.setdefault(path, empty(path))
    return catalogues, orphans


# --- what the catalogues say ------------------------------------------------------------------


def files(folder: Path) -> list[Path]:
    """The catalogues of an app, one for each language."""
    return [folder / "locale" / code / "LC_MESSAGES" / "django.po" for code in LANGUAGES]


def language(path: Path) -> str:
    """The language of a catalogue, by the folder that it lies in."""
    return path.parents[1].name


def empty(path: Path) -> Catalog:
    """A catalogue for this file with nothing in it."""
    return Catalog(locale=language(path))


def read(path: Path) -> Catalog:
    """The catalogue in this file; an empty one when there is none."""
    if not path.exists():
        return empty(path)
    with path.open("rb") as file:
        return read_po(file, locale=language(path), abort_invalid=True)


def translations(catalogue: Catalog) -> Words:
    """What the compiled catalogue answers for each string in its context."""
    return {
        (context(message), key(message)): forms(message)
        for message in catalogue
        if message.id and any(forms(message)) and not message.fuzzy
    }


def context(message: Message) -> str:
    """The context that tells equal strings apart; Babel reads it from a .mo as bytes."""
    found: Any = message.context
    return found.decode() if isinstance(found, bytes) else str(found or "")


def key(message: Message) -> str:
    """The string that identifies a message: its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def compiled(path: Path) -> Words:
    """What the .mo beside this .po answers; nothing when there is none."""
    mo = path.with_suffix(".mo")
    if not mo.exists():
        return {}
    with mo.open("rb") as file:
        return translations(read_mo(file))


def update(path: Path, needed: Catalog, *, prune: bool) -> None:
    """Bring the .po and its .mo to hold just the needed strings, keeping every translation.

    A string that the code no longer has stays as an obsolete entry, so that its words are not lost
    when it comes back; ``prune`` drops those.
    """
    catalogue = read(path)
    for message in catalogue.obsolete.values():
        catalogue.add(message.id, message.string, context=message.context)
    catalogue.obsolete.clear()
    catalogue.update(needed, no_fuzzy_matching=True)
    output = io.BytesIO()
    write_po(
        output, catalogue, width=100, no_location=True, omit_header=True, sort_output=True,
        ignore_obsolete=prune,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    head = HEADER.format(language=language(path), plural_forms=empty(path).plural_forms)
    path.write_bytes(head.encode() + output.getvalue().strip() + b"\n")
    catalogue = read(path)
    if compiled(path) != translations(catalogue) or not path.with_suffix(".mo").exists():
        with path.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, catalogue)


# --- what is wrong ----------------------------------------------------------------------------


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or each plural form of it."""
    words = message.string
    return (words,) if isinstance(words, str) else tuple(words or ())


def fault(message: Message, catalogue: Catalog, needed: Catalog) -> str:
    """What is wrong with one entry, or an empty string."""
    if not needed.get(message.id, message.context):
        return "no longer in the code"
    if message.fuzzy:
        return "fuzzy"
    if not all(forms(message)):
        return "not translated"
    return "; ".join(str(error) for error in message.check(catalogue))


def faults(path: Path, needed: Catalog) -> Iterator[str]:
    """A line for each thing that is wrong with one catalogue."""
    catalogue = read(path)
    for message in needed:
        if message.id and not catalogue.get(message.id, message.context):
            yield f"missing: {key(message)!r}"
    for message in catalogue:
        if message.id and (found := fault(message, catalogue, needed)):
            yield f"{found}: {key(message)!r}"
    for message in catalogue.obsolete.values():
        yield f"obsolete (script/messages --prune drops it): {key(message)!r}"
    if compiled(path) != translations(catalogue):
        yield f"{path.with_suffix('.mo').name} is not what the .po says: run script/messages"


def disagreements(paths: list[Path]) -> Iterator[str]:
    """Django merges all catalogues into one: the same string must mean the same everywhere."""
    seen: dict[tuple[str, tuple[str, str]], tuple[tuple[str, ...], Path]] = {}
    for path in paths:
        for string, words in translations(read(path)).items():
            first, where = seen.setdefault((language(path), string), (words, path))
            if first != words:
                yield (
                    f"{path.relative_to(ROOT)}: {string[1]!r} is {words!r} here, "
                    f"but {first!r} in {where.relative_to(ROOT)}"
                )


def main() -> int:
    """Update the catalogues, or with ``--check`` only list what is wrong and exit with 1."""
    parser = argparse.ArgumentParser(
        prog="script/messages", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="change nothing; list what is wrong")
    parser.add_argument("--prune", action="store_true", help="drop obsolete entries")
    parser.add_argument(
        "folder", nargs="*", type=Path, help="only these apps, such as notify/portal"
    )
    options = parser.parse_args()
    catalogues, wrong = wanted()
    for path, needed in sorted(catalogues.items()):
        if options.folder and not any(path.is_relative_to(f.resolve()) for f in options.folder):
            continue
        if not options.check:
            update(path, needed, prune=options.prune)
        wrong += [f"{path.relative_to(ROOT)}: {found}" for found in faults(path, needed)]
    wrong += disagreements([path for path in sorted(catalogues) if path.exists()])
    for line in wrong:
        print(line)
    print(f"{len(catalogues)} catalogues, {len(wrong)} things to do.")
    return 1 if wrong and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
