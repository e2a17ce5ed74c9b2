"""The texts a customer reads, in German and Spanish: which are marked, which are translated. `python -m tests.catalog` adds what
is new to the .po files and compiles them; what is new is left empty, and a test says so until somebody translates it."""

import datetime
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "arcollect" / "locale"
LANGUAGES = ("de", "es")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
# The same every time, so that only a changed text changes a file.
SINCE = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)
# What stands on the customer's pages. What our own people read on the desk is not here: it stays in their language.
TEMPLATES = [
    "templates/portal/*.html",
    "templates/includes/field.html",
    "templates/includes/form.html",
    "templates/mail/code.*",
    "templates/mail/plan_*",
    "templates/mail/receipt.*",
]
MODULES = [
    "invoices/portal/*.py",
    "invoices/forms/portal*.py",
    "invoices/views/portal*.py",
    "invoices/plans.py",
    "invoices/signing.py",
    "invoices/thanking_words.py",
    "customers/forms/contact.py",
]
STAFF = {"acting.py", "answering.py"}


def sources(patterns: list[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.name not in STAFF)


def marked() -> dict[str | tuple[str, str], str]:
    """Every marked text, or pair of singular and plural, with the file it stands in."""
    found = {}
    for path in sources(TEMPLATES):
        python = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # What is no text of ours became XXX; without its indents it is nearly Python.
        lines = "\n".join(line.strip() for line in python.splitlines())
        found |= dict.fromkeys(_texts(lines), path.name)
    for path in sources(MODULES):
        found |= dict.fromkeys(_texts(path.read_text(encoding="utf-8")), path.name)
    return found


def _texts(python: str) -> Iterator[str | tuple[str, str]]:
    for _line, text, _comments, _context in extract("python", BytesIO(python.encode()), keywords=KEYWORDS):
        yield text


def catalog(language: str) -> Catalog:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> bytes:
    """The .mo file of what the .po file says."""
    file = BytesIO()
    write_mo(file, catalog(language))
    return file.getvalue()


def update(language: str) -> None:
    """Adds what is new, drops what is gone, compiles."""
    old, new = catalog(language), Catalog(locale=language, charset="utf-8", fuzzy=False, creation_date=SINCE)
    new.header_comment = f"# {language}: what a customer reads. See tests/catalog.py."
    for text, name in sorted(marked().items(), key=lambda pair: (pair[1], str(pair[0]))):
        key = text[0] if isinstance(text, tuple) else text
        known = old.get(key)
        new.add(text, known.string if known else None, auto_comments=[name], flags=["python-format"] if "%(" in key else [])
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "django.po").open("wb") as file:
        write_po(file, new, width=130)
    (folder / "django.mo").write_bytes(compiled(language))


def missing(language: str) -> list[str]:
    """The marked texts this language has no words for."""
    known = catalog(language)
    return [str(text) for text in marked() if not _translated(known, text)]


def _translated(known: Catalog, text: str | tuple[str, str]) -> bool:
    row = known.get(text[0] if isinstance(text, tuple) else text)
    return row is not None and bool(row.string) and (not isinstance(row.string, tuple) or all(row.string))


if __name__ == "__main__":
    for one in LANGUAGES:
        update(one)
        sys.stdout.write("".join(f"{one}: {text}\n" for text in missing(one)))
