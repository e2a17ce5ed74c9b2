"""QIF, as Quicken and banks write it: a letter and a value a line, "^" at the end of a record. It names no currency."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.amounts import MARKS, AmountSurvey, parse_amount
from invoices.imports.amounts import undecided as amounts_undecided
from invoices.imports.dates import DMY, DateSurvey, parse_date
from invoices.imports.dates import undecided as dates_undecided
from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.statements.checking import Warn
from invoices.statements.lines import Foot, Head, Part, StatementLine
from invoices.statements.texts import text_lines

BANKING = frozenset({"bank", "cash", "ccard", "oth a", "oth l"})
_YEAR = re.compile(r"[/.\-']\s*(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it starts on, the sort of list it stands in ("bank", "account"), its values by letter."""

    line: int
    sort: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QifFile:
    """A QIF file whose way of writing dates and amounts is known."""

    content: bytes
    order: str
    mark: str

    def parts(self, warn: Warn) -> Iterator[Part]:
        """A statement for each account the file names, or one. Lists that are no bookings are left out and counted."""
        account, begun, left_out = "", False, 0
        for record in read_records(self.content):
            if record.sort == "account":
                if begun:
                    yield Foot()
                account, begun = record.values.get("N", ""), False
            elif record.sort not in BANKING or record.values.get("P", "").casefold() == "opening balance":
                left_out += 1
            else:
                if not begun:
                    yield Head("QIF", "".join(account.split()))
                begun = True
                yield self._line(record)
        if begun:
            yield Foot()
        if left_out:
            warn(_("Records that are no bookings (categories, investments, opening balances): %(count)d.") % {"count": left_out})

    def _line(self, record: Record) -> StatementLine | LineProblem:
        try:
            booked_on = self._day(record.values.get("D", ""))
            amount = self._amount(record.values.get("T") or record.values.get("U") or "")
        except CellProblem as problem:
            return LineProblem(record.line, problem.field, problem.reason)
        number = record.values.get("N", "")
        return StatementLine(
            line=record.line,
            booked_on=booked_on,
            valued_on=booked_on,
            amount=amount,
            currency="",
            payer=record.values.get("P", ""),
            reference=number if any(map(str.isdigit, number)) else "",
            text=record.values.get("M", ""),
        )

    def _day(self, text: str) -> date:
        try:
            day = parse_date(_spelled(text), self.order)
        except CellProblem:
            raise CellProblem(_('"%(text)s" is not a date') % {"text": text}, "D") from None
        if day is None:
            raise CellProblem(_("is missing"), "D")
        return day

    def _amount(self, text: str) -> Decimal:
        try:
            found = parse_amount(text, self.mark)
        except CellProblem as problem:
            raise CellProblem(problem.reason, "T") from None
        if found is None:
            raise CellProblem(_("is missing"), "T")
        return found[0]


def is_qif(head: str) -> bool:
    """Whether a text begins as QIF does."""
    return bool(re.match(r"\s*!(type|account|option|clear)\b", head, re.IGNORECASE))


def open_qif(content: bytes, layout: Mapping[str, Any], currency: str) -> QifFile:
    """Reads the file once for how it writes dates and amounts; `layout` may say it: {"date_order": "dmy", "decimal": "comma"}.

    Raises ImportProblem where there is no booking in it, no currency is given, or its dates or amounts can be read two ways.
    """
    days, amounts, found = DateSurvey(), AmountSurvey(), 0
    for record in read_records(content):
        if record.sort in BANKING:
            found += 1
            days.see(_spelled(record.values.get("D", "")), record.line)
            amounts.see(record.values.get("T", ""), record.line)
    if not found:
        raise ImportProblem(_("This QIF file has no bookings of a bank account in it."))
    if not currency:
        raise ImportProblem(_("The file does not say which currency its amounts are in."), option="currency")
    order = layout.get("date_order") or days.proven("D")
    if not order and days.unclear:
        raise dates_undecided("D", days)
    mark = MARKS.get(layout.get("decimal", ""), "") or amounts.proven("T") or amounts.implied(2)
    if not mark:
        raise amounts_undecided("T", amounts)
    return QifFile(content, order or DMY, mark)


def read_records(content: bytes) -> Iterator[Record]:
    """Every record that has anything; one that the file breaks off in is given as it is."""
    sort, start, values = "bank", 0, {}
    for number, line in text_lines(content):
        text = line.strip()
        if text.startswith("!"):
            name = text[1:].casefold()
            sort = name.partition(":")[2].strip() if name.startswith("type") else name.partition(":")[0].strip()
        elif text == "^":
            if values:
                yield Record(start, sort, values)
            values = {}
        elif text:
            start = start if values else number
            values.setdefault(text[0], text[1:].strip())
    if values:
        yield Record(start, sort, values)


def _spelled(text: str) -> str:
    """8/12'13 and 1/ 5' 4 as 8/12/13 and 1/5/04."""
    bare = re.sub(r"\s+", "", text).replace("'", "/")
    year = _YEAR.search(bare)
    return f"{bare[: year.start(1)]}0{year[1]}" if year and len(year[1]) == 1 else bare
