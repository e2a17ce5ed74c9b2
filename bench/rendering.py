"""Renders the letters a first night wrote, in this process: `python -m bench.rendering compare|letters COUNT [SHARE OF]`."""

import statistics
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.template import Context, Template
from django.template.loader import get_template
from markupsafe import Markup
from pypdf import PdfReader
from segno import make_qr
from weasyprint import HTML

from arcollect import pdf
from bench.measuring import cpu_seconds, measured, peak_mib, say_json
from customers.models import Letter
from reminders.letter_page import page_context, stylesheet
from reminders.rendering import composed, letter_pdf

HERE = Path(__file__).parent
ROUNDS = 3
LEAN_ROWS = 6


def our_path(pk: int) -> bytes:
    """What delivery does for a letter: its row, everything it states, its words, its page."""
    return letter_pdf(Letter.objects.select_related("business", "customer__business").get(pk=pk))


def page_html(pk: int) -> str:
    facts, content = composed(Letter.objects.select_related("business", "customer__business").get(pk=pk))
    words = {"subject": content.subject, "paragraphs": [Markup(paragraph) for paragraph in content.paragraphs]}
    return get_template("letters/page.html").render(page_context(facts) | words)


def bare(html: str, css: str) -> bytes:
    """WeasyPrint and nothing else, with the fonts and the parsed style that letters share."""
    page = HTML(string=html, url_fetcher=pdf.fetcher())
    return page.write_pdf(stylesheets=[pdf.parsed(css)], font_config=pdf.fonts(), pdf_variant="pdf/ua-1", pdf_tags=True)


def lean_html() -> str:
    logo = make_qr("logo", error="m").png_data_uri(scale=8, border=0)
    return Template((HERE / "lean_letter.html").read_text()).render(Context({"logo": logo, "rows": range(LEAN_ROWS)}))


def compare(count: int) -> dict[str, Any]:
    """CPU milliseconds a letter for our path, for bare WeasyPrint on its HTML, and for the lean letter, in turns.

    The figure of a letter is the least of its rounds; "floor" and "median" are over the letters. Ratios are of the sums.
    """
    lean, lean_css = lean_html(), (HERE / "lean_letter.css").read_text()
    pages: dict[int, list[dict[str, float]]] = {}
    for pk in _letters(count):
        html = page_html(pk)
        variants = {
            "ours": lambda pk=pk: our_path(pk),
            "bare": lambda html=html: bare(html, stylesheet()),
            "lean": lambda: bare(lean, lean_css),
        }
        pages.setdefault(_page_count(bare(html, stylesheet())), []).append(_least(variants))
    every = [letter for letters in pages.values() for letter in letters]
    return {
        "letters": len(every),
        "milliseconds": {name: _spread([letter[name] for letter in every]) for name in ("ours", "bare", "lean")},
        "of_bare": round(_sum(every, "bare") / _sum(every, "ours"), 3),
        "times_lean": {number: round(_sum(rows, "bare") / _sum(rows, "lean"), 3) for number, rows in sorted(pages.items())},
        "letters_by_pages": {number: len(rows) for number, rows in sorted(pages.items())},
    }


def _least(variants: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    rounds = [{name: cpu_seconds(work) * 1000 for name, work in variants.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in variants}


def _spread(values: list[float]) -> dict[str, float]:
    return {"floor": round(min(values), 1), "median": round(statistics.median(values), 1)}


def _sum(rows: list[dict[str, float]], name: str) -> float:
    return sum(row[name] for row in rows)


def _page_count(document: bytes) -> int:
    return len(PdfReader(BytesIO(document)).pages)


def _letters(count: int) -> list[int]:
    return list(Letter.objects.order_by("id").values_list("pk", flat=True)[:count])


def letters(count: int, share: int, of: int) -> dict[str, Any]:
    """Renders every `of`th letter from the `share`th on, after a first one that warms up; how long it took, the peak memory."""
    keys = _letters(count)
    our_path(keys[0])
    with measured() as spent:
        for pk in keys[share::of]:
            our_path(pk)
    return {"letters": len(keys[share::of]), "seconds": round(spent.wall, 3), "peak_mib": round(peak_mib())}


def main() -> None:
    what, *numbers = sys.argv[1:]
    say_json(compare(*map(int, numbers)) if what == "compare" else letters(*map(int, numbers)))


if __name__ == "__main__":
    main()
