"""Small readings of an XML element, whatever its namespace and prefix."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from invoices.imports.problems import CellProblem

Element = etree._Element
_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T+\-Z].*)?")


def local_name(element: Element | None) -> str:
    """The name without its namespace; "" for no element and for comments."""
    if element is None or not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, path: str) -> Iterator[Element]:
    """Every element at a path of local names such as "RmtInf/Strd/CdtrRefInf"."""
    if element is None:
        return
    name, _slash, rest = path.partition("/")
    for child in element:
        if local_name(child) == name:
            if rest:
                yield from children(child, rest)
            else:
                yield child


def child(element: Element | None, *paths: str) -> Element | None:
    """The first element at the first of these paths that leads to one."""
    return next((found for path in paths for found in children(element, path)), None)


def text_at(element: Element | None, *paths: str) -> str:
    """The text at the first of these paths that has any, blanks single, "" where none has."""
    return next((text for path in paths for found in children(element, path) if (text := text_of(found))), "")


def texts_at(element: Element | None, path: str) -> list[str]:
    """Every text at the path that is not blank."""
    return [text for found in children(element, path) if (text := text_of(found))]


def text_of(element: Element) -> str:
    """The element's own text with its blanks single."""
    return " ".join((element.text or "").split())


def amount_of(element: Element | None, field: str = "amount") -> tuple[Decimal, str]:
    """(amount as written, currency) of an element such as <Amt Ccy="EUR">8.85</Amt>; CellProblem where it is none."""
    text = "" if element is None else text_of(element)
    if not _AMOUNT.fullmatch(text):
        raise CellProblem(_('"%(text)s" is not an amount') % {"text": text}, field)
    return Decimal(text), (element.get("Ccy") or "").strip().upper()


def day_of(element: Element | None, *paths: str) -> date | None:
    """The calendar day at a path, as written there whatever the time zone; None where there is none; CellProblem for nonsense."""
    text = text_at(element, *paths)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else text)
    except ValueError:
        raise CellProblem(_('"%(text)s" is not a date') % {"text": text}, "date") from None
