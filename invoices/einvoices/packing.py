"""What came in together: zips unpacked, PDFs put beside the XML they show, every invoice found, in the order of the files."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from invoices.einvoices.content import Content
from invoices.einvoices.opening import EInvoiceFile, Refused, open_einvoice
from invoices.einvoices.pdf import embedded_invoice, is_pdf
from invoices.imports.problems import ImportProblem
from invoices.statements.zips import DAMAGED

ZIP = b"PK\x03\x04"
MOST_FILES = 5000
MOST_BYTES = 250 * 1024 * 1024
# What archivers of macOS and Windows leave behind.
CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
Files = Iterable[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Item:
    """One invoice of one file, or why there is none. `line` counts all of them from 1; `key` stays the same for the same file."""

    line: int
    key: str
    file: str
    found: Content | Refused
    source: EInvoiceFile | None = None


def is_zip(content: bytes) -> bool:
    """Whether these bytes claim to be a zip archive."""
    return content.startswith(ZIP)


def holds_einvoices(content: bytes) -> bool:
    """Whether this is a zip of files that could be electronic invoices, and no workbook (which is a zip as well)."""
    if not is_zip(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except DAMAGED:
        return False
    workbook = "[Content_Types].xml" in names or "mimetype" in names
    return not workbook and any(name.lower().endswith((".xml", ".pdf", ".p7m")) for name in names)


def read_items(files: Files) -> list[Item]:
    """Every invoice in these (name, bytes) pairs; a file that is none is an Item with the reason. Nothing is dropped.

    A PDF without an invoice in it that is called like an XML file of the same upload is that invoice's picture.
    """
    held = [one for name, content in files for one in unpacked(name, content)]
    named, pictures = dict(held), _pictures(held)
    items: list[Item] = []
    for name, content in held:
        if name in pictures.values():
            continue
        for found, source in _invoices_of(name, content, pictures, named):
            items.append(Item(len(items) + 1, f"{_digest(content)}.{_position(items, name)}", name, found, source))
    return items


def _invoices_of(
    name: str, content: bytes | Refused, pictures: dict[str, str], held: dict[str, bytes | Refused]
) -> Iterator[tuple[Content | Refused, EInvoiceFile | None]]:
    if isinstance(content, Refused):
        yield content, None
        return
    try:
        source = open_einvoice(content, name)
    except ImportProblem as problem:
        yield Refused(str(problem)), None
        return
    if name in pictures:
        source = replace(source, pdf=held[pictures[name]], pdf_name=pictures[name])
    for found in source.invoices:
        yield found, source


def _pictures(held: list[tuple[str, bytes | Refused]]) -> dict[str, str]:
    """{name of an XML file: name of the PDF that only shows it}."""
    pdfs = {_stem(name): name for name, content in held if isinstance(content, bytes) and is_pdf(content)}
    named = dict(held)
    pairs = {
        name: pdfs[_stem(name)]
        for name, content in held
        if isinstance(content, bytes) and not is_pdf(content) and _stem(name) in pdfs
    }
    return {name: picture for name, picture in pairs.items() if not _carries(named[picture])}


def _carries(content: bytes) -> bool:
    try:
        return embedded_invoice(content) is not None
    except ImportProblem:
        return True


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes | Refused]]:
    """The file itself, or what is in it where it is a zip archive; refused as a whole where that is beyond all reason.

    Without a name, an archive only holds together what came in apart.
    """
    if not is_zip(content):
        yield name, content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _members(archive, name)
    except (*DAMAGED, RuntimeError) as error:
        yield name, Refused(_("this zip archive cannot be unpacked (%(reason)s)") % {"reason": error})


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes | Refused]]:
    members = [one for one in archive.infolist() if not one.is_dir() and not _clutter(one.filename)]
    if len(members) > MOST_FILES or sum(one.file_size for one in members) > MOST_BYTES:
        yield name, Refused(_("there is too much in this zip archive: bring it in in parts"))
        return
    for one in members:
        with archive.open(one) as file:
            content = file.read(one.file_size + 1)
        path = f"{name}/{one.filename}" if name else one.filename
        nested = Refused(_("a zip archive inside another is not unpacked: bring it in by itself"))
        yield path, nested if is_zip(content) else content
    if not members:
        yield name, Refused(_("there is nothing in this zip archive"))


def _clutter(path: str) -> bool:
    return any(mark in path for mark in CLUTTER)


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix("")).casefold()


def _position(items: list[Item], name: str) -> int:
    return sum(item.file == name for item in items)


def _digest(content: bytes | Refused) -> str:
    held = content if isinstance(content, bytes) else content.reason.encode()
    return hashlib.sha256(held).hexdigest()[:16]
