"""The PDF maker: reaches nothing outside the page, draws every alphabet from the right file."""

import io

import pypdfium2
import pytest
from pypdf import PdfReader

from arcollect.pdf import ForbiddenAddress, render_pdf

PAGE = '<html lang="en"><head><title>Test</title></head><body>{}</body></html>'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs="


def test_text_comes_out_as_it_went_in():
    pdf = render_pdf(PAGE.format("<p>Łódź, Ελλάδα, Жуков, 1.250,00 €</p>"), stylesheet="")
    assert "Łódź, Ελλάδα, Жуков, 1.250,00 €" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_letters_of_other_alphabets_are_drawn_from_their_own_file():
    """One family name for several files once drew "ff" for "Ł", while the text still read right."""
    assert picture("<p>a</p><p>Ł</p>")[1] == picture("<p>Ł</p>")[0] != picture("<p>ﬀ</p>")[0]


def picture(html: str) -> list[bytes]:
    """Each paragraph's line of a page as pixels."""
    css = "@page { size: 100pt 80pt; margin: 0 } body { margin: 0 } p { margin: 0; font-size: 30pt; line-height: 40pt }"
    page = pypdfium2.PdfDocument(render_pdf(PAGE.format(html), stylesheet=css))[0].render(scale=1).to_pil()
    return [page.crop((0, top, 100, top + 40)).tobytes() for top in (0, 40)]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "https://example.com/x.png", "file:///etc/passwd", "ftp://example.com/x"]
)
@pytest.mark.parametrize(
    "html",
    [
        '<img src="{}" alt="x">',
        '<link rel="stylesheet" href="{}">',
        '<p style="background: url({})">x</p>',
        '<style>@import "{}";</style>',
        '<object data="{}"></object>',
    ],
)
def test_page_cannot_reach_network_or_files(address, html):
    with pytest.raises(ForbiddenAddress, match="may not load"):
        render_pdf(PAGE.format(html.format(address)), stylesheet="")


def test_stylesheet_cannot_reach_network_or_files():
    with pytest.raises(ForbiddenAddress):
        render_pdf(PAGE.format("x"), stylesheet="body { background: url(file:///etc/passwd) }")


def test_font_address_opens_no_other_file():
    with pytest.raises(ForbiddenAddress):
        render_pdf(PAGE.format('<img src="font:../../../../package.json" alt="x">'), stylesheet="")


def test_picture_carried_in_the_page_is_shown():
    pdf = render_pdf(PAGE.format(f'<img src="{PIXEL}" alt="A dot">'), stylesheet="")
    assert len(PdfReader(io.BytesIO(pdf)).pages[0].images) == 1


def test_next_page_renders_after_a_refusal():
    with pytest.raises(ForbiddenAddress):
        render_pdf(PAGE.format('<img src="http://127.0.0.1:9/" alt="">'), stylesheet="")
    assert render_pdf(PAGE.format("x"), stylesheet="").startswith(b"%PDF")
