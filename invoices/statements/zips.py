"""Zip files: several statements in one. Spreadsheets are zip files too and are told apart by what lies in them."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem

LARGEST = 256 * 1024 * 1024
MOST = 1000
# What the library raises for bytes that are not quite a zip file; names that are no text among them.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError, zlib.error, lzma.LZMAError, OSError)
_WORKBOOK = frozenset({"[Content_Types].xml", "mimetype", "content.xml"})


def is_zip(content: bytes) -> bool:
    """Whether these bytes are a zip file that is no spreadsheet."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return not _WORKBOOK & set(archive.namelist())
    except DAMAGED as error:
        raise ImportProblem(_("This zip file is damaged.")) from error


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file in it, one in memory at a time. Refuses what unpacks to an absurd size or is locked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and _is_content(entry.filename)]
            if sum(entry.file_size for entry in entries) > LARGEST or len(entries) > MOST:
                raise ImportProblem(_("This zip file is too large. Unpack it and import the files in it."))
            for entry in entries:
                if entry.flag_bits & 1:
                    raise ImportProblem(_("This zip file is locked with a password."))
                yield entry.filename, archive.read(entry)
    except DAMAGED as error:
        raise ImportProblem(_("This zip file is damaged.")) from error


def _is_content(name: str) -> bool:
    return not name.startswith("__MACOSX/") and not name.rpartition("/")[2].startswith(".")
