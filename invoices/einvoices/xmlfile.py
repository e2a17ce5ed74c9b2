"""XML that strangers wrote: parsed without entities, network or huge trees, and read by local names."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from invoices.imports.problems import ImportProblem
from invoices.imports.rows import MAX_AMOUNT

Element = etree._Element
# UN/CEFACT 2379: the year and the month.
_MONTH = "610"
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:\D.*|\d{4}(?:\d{2})?)?")
# More digits than Decimal keeps exactly are no figure of an invoice.
_LONGEST = 25
_LARGEST_FIGURE, _MILLIONTH = Decimal(10) ** 11, Decimal("0.000001")
# An invoice or due date outside of these years is a mistake, or means "never".
_YEARS = range(1900, 2200)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")


def parse(content: bytes) -> Element:
    """The root of a well-formed document. ImportProblem with the line where it is none, and where it declares a DTD."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        found = {"line": error.lineno or 1, "reason": error.msg or ""}
        raise ImportProblem(_("line %(line)d: this is no well-formed XML (%(reason)s)") % found) from error
    except ValueError as error:
        raise ImportProblem(_("this is no well-formed XML (%(reason)s)") % {"reason": error}) from error
    if root.getroottree().docinfo.doctype:
        raise ImportProblem(_("the XML declares a document type of its own: such files are not read"))
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def namespace(element: Element) -> str:
    """The namespace of an element, "" for none."""
    return etree.QName(element).namespace or ""


def every(node: Element | None, path: str) -> Iterator[Element]:
    """The elements at "A/B|C/D" below a node: a step may name several; in the order of the file."""
    if node is None:
        return
    step, _slash, rest = path.partition("/")
    names = step.split("|")
    for child in node:
        if local(child) in names:
            if rest:
                yield from every(child, rest)
            else:
                yield child


def first(node: Element | None, path: str) -> Element | None:
    """The first element at that path."""
    return next(every(node, path), None)


def text(node: Element | None, path: str, limit: int = 0) -> str:
    """The words of the first element there that has any, with single spaces; cut at `limit` where there is one."""
    for found in every(node, path):
        words = " ".join("".join(found.itertext()).split())
        if words:
            return words[:limit] if limit else words
    return ""


def texts(node: Element | None, path: str) -> str:
    """The words of every element there, a paragraph each."""
    found = ("".join(element.itertext()).strip() for element in every(node, path))
    return "\n".join(dict.fromkeys(words for words in found if words))


def amount(node: Element | None, path: str) -> Decimal | None:
    """The figure at that path; None where there is none or it is empty."""
    return amount_of(first(node, path))


def amount_of(found: Element | None) -> Decimal | None:
    """The figure an element holds; None where there is no element or nothing in it."""
    words = "" if found is None else "".join(found.itertext()).strip()
    if not words:
        return None
    if not _PLAIN.fullmatch(words) or len(words) > _LONGEST:
        raise problem(found, _('"%(text)s" is no amount') % {"text": words[:40]})
    if abs(value := Decimal(words)) >= MAX_AMOUNT:
        raise problem(found, _("%(figure)s is too large") % {"figure": words})
    return value


def figure(node: Element | None, path: str, default: str = "0") -> Decimal:
    """A quantity or price, rounded to what is stored of it; ImportProblem where it is beyond all reason."""
    return _stored(node, path, default, places=6, below=_LARGEST_FIGURE)


def rate(node: Element | None, path: str) -> Decimal:
    """A tax rate in percent, nothing where none is said; ImportProblem where it is beyond all reason."""
    return _stored(node, path, "0", places=4, below=Decimal(1000))


def price_of_one(node: Element | None, price: str, base: str) -> Decimal:
    """The price for one where a line states it for several (EN 16931's base quantity)."""
    one = figure(node, price) / (figure(node, base, "1") or Decimal(1))
    if abs(one) >= _LARGEST_FIGURE:
        raise problem(first(node, price), _("%(figure)s is too large") % {"figure": f"{one:.6g}"})
    return one.quantize(_MILLIONTH)


def country(node: Element | None, path: str) -> str:
    """A country's code; "" for what is none: the first letters of a name would be another country's."""
    words = text(node, path)
    return words.upper() if len(words) == 2 and words.isalpha() else ""


def _stored(node: Element | None, path: str, default: str, *, places: int, below: Decimal) -> Decimal:
    found = amount(node, path)
    if found is None:
        return Decimal(default)
    if abs(found) >= below:
        raise problem(first(node, path), _("%(figure)s is too large") % {"figure": found})
    return found.quantize(Decimal(1).scaleb(-places))


def day(node: Element | None, path: str) -> date | None:
    """The date at that path, as 2026-05-31, 20260531 or with a time behind it; None where there is none, or only a month."""
    found = first(node, path)
    words = "" if found is None else "".join(found.itertext()).strip()
    if not words or found.get("format") == _MONTH:
        return None
    match = _DATE.fullmatch(words)
    try:
        read = date(*map(int, match.groups())) if match else None
    except ValueError:
        read = None
    if read is None or read.year not in _YEARS:
        raise problem(found, _('"%(text)s" is no date') % {"text": words[:40]})
    return read


def missing(node: Element, name: str) -> ImportProblem:
    """That an invoice lacks what it cannot do without."""
    return problem(node, _("%(name)s is missing") % {"name": name})


def problem(element: Element, reason: str) -> ImportProblem:
    """What is wrong with an element, with the line it stands in."""
    where = {"line": element.sourceline or 1, "name": local(element), "reason": reason}
    return ImportProblem(_("line %(line)d: %(name)s: %(reason)s") % where)
