"""HTML in, tagged PDF out. The only module that knows WeasyPrint: no network, no files, the same bytes for the same input."""

import datetime
import json
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

WEIGHTS = (400, 600)
# The subsets worth their loading time; an alphabet beyond them falls back to the machine's own fonts.
SUBSETS = ("latin", "latin-ext", "greek", "cyrillic")
FONT_SCHEME = "font:"
# Each subset is a family of its own: under one shared name WeasyPrint embeds one file and draws the others' letters from it.
TYPEFACE = ", ".join(f"'Letter {subset}'" for subset in SUBSETS)

# Pango's font map is shared by all letters of a process and is not safe for threads.
_one_at_a_time = Lock()


class ForbiddenAddress(ValueError):
    """The page asked for something that is neither our own font nor carried in the page itself."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file that belongs to the page, inside its PDF: `relationship` as ISO 32000-2 names it ("Alternative": it says the same).

    `made_at` is written into the PDF. `xmp`: rdf:Description elements that tell of it in the PDF's metadata.
    """

    name: str
    content: bytes
    relationship: str
    made_at: datetime.datetime
    xmp: bytes = b""


class OwnFontsOnly(URLFetcher):
    """Serves `font:<file>` from the installed typeface and data: URIs; everything else ends the rendering."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        if url in _font_files():
            return URLFetcherResponse(url, _font_files()[url].read_bytes(), {"Content-Type": "font/woff2"})
        raise FatalURLFetchingError(url[:200])


def render_pdf(html: str, *, stylesheet: str) -> bytes:
    """The page as tagged PDF/UA-1 bytes with embedded fonts; equal input gives equal bytes.

    `html` is a whole document whose <html lang> and <title> become the PDF's language and title; `stylesheet` is CSS text,
    parsed once a process, and gets the font families of TYPEFACE. Raises ForbiddenAddress when either names anything but
    our fonts or a data: URI.
    """
    return _drawn(html, stylesheet, pdf_variant="pdf/ua-1", pdf_tags=True)


def render_archive_pdf(html: str, *, stylesheet: str, embedded: Embedded) -> bytes:
    """As `render_pdf`, but tagged PDF/A-3 (conformance A) that holds a file: equal input gives equal bytes."""
    attachment = Attachment(
        string=embedded.content,
        name=embedded.name,
        created=embedded.made_at,
        modified=embedded.made_at,
        relationship=embedded.relationship,
    )

    def name_once(_document: Document, pdf: Any) -> None:
        """WeasyPrint lists the file twice, and puts further metadata beside its rdf:RDF: XMP knows only one of them."""
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        metadata.stream = [part.replace(b"</rdf:RDF>", embedded.xmp + b"</rdf:RDF>") for part in metadata.stream]

    with warnings.catch_warnings():
        # WeasyPrint leaves the file of its colour profile to be closed by whoever collects the garbage.
        warnings.simplefilter("ignore", ResourceWarning)
        return _drawn(html, stylesheet, pdf_variant="pdf/a-3a", attachments=[attachment], finisher=name_once)


def _drawn(html: str, stylesheet: str, **options: Any) -> bytes:
    with _one_at_a_time:
        try:
            page = HTML(string=html, url_fetcher=fetcher())
            return page.write_pdf(stylesheets=[parsed(stylesheet)], font_config=fonts(), **options)
        except FatalURLFetchingError as refused:
            raise ForbiddenAddress(f"A page may not load {refused}") from None


@cache
def font_folder() -> Path:
    """Where npm put the letters' typeface."""
    return Path(settings.NODE_MODULES) / "@fontsource" / "source-sans-3"


@cache
def _font_files() -> dict[str, Path]:
    """The only files a page can get, by the address our stylesheet gives them."""
    names = [f"source-sans-3-{subset}-{weight}-normal.woff2" for subset in SUBSETS for weight in WEIGHTS]
    return {f"{FONT_SCHEME}{name}": font_folder() / "files" / name for name in names}


@cache
def fetcher() -> OwnFontsOnly:
    """What every page of this process is loaded with."""
    return OwnFontsOnly()


@cache
def fonts() -> FontConfiguration:
    """The font configuration all pages of this process share: making one costs more than it takes to set a letter's type."""
    return FontConfiguration()


@lru_cache(maxsize=16)
def parsed(stylesheet: str) -> CSS:
    """The stylesheet with our fonts in front, read once a process."""
    return CSS(string=_font_faces() + stylesheet, url_fetcher=fetcher(), font_config=fonts())


@cache
def _font_faces() -> str:
    ranges = json.loads((font_folder() / "unicode.json").read_text())
    faces = "".join(
        f"@font-face {{ font-family: 'Letter {subset}'; font-weight: {weight};"
        f" src: url({FONT_SCHEME}source-sans-3-{subset}-{weight}-normal.woff2); unicode-range: {ranges[subset]} }}\n"
        for subset in SUBSETS
        for weight in WEIGHTS
    )
    return f"{faces}html {{ font-family: {TYPEFACE} }} @page {{ font-family: {TYPEFACE} }}\n"
