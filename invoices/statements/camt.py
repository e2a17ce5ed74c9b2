"""ISO 20022 camt.052, 053 and 054 of every version; of the file's tree only the current entry is in memory."""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.statements.camt_entries import entry_parts
from invoices.statements.checking import Warn
from invoices.statements.lines import Foot, Head, Part
from invoices.statements.xml import Element, amount_of, child, day_of, local_name, text_at

MESSAGES = {"BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}
STATEMENTS = frozenset({"Rpt", "Stmt", "Ntfctn"})
BOOKED = frozenset({"", "BOOK"})
SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "remove_comments": True, "remove_pis": True}

_VERSION = re.compile(r"camt\.05[234]\.001\.\d\d")
_Balance = tuple[Decimal, str]


def camt_format(content: bytes) -> str:
    """ "camt.053.001.08", or "camt.053" where no version is named; "" for other XML. Raises
    ImportProblem for what is no XML, and for a message without a statement."""
    found = ""
    try:
        for _event, element in etree.iterparse(io.BytesIO(content), events=("start",), **SAFE):
            _refuse_entities(element)
            if not found and (found := _message(element)):
                version = _VERSION.search(element.nsmap.get(element.prefix) or "")
                found = version[0] if version else found
            elif found and local_name(element) in STATEMENTS:
                return found
    except etree.XMLSyntaxError as error:
        text = _("Line %(line)d: this is not well-formed XML (%(error)s).")
        raise ImportProblem(text % {"line": error.lineno or 1, "error": error.msg}) from error
    if found:
        raise ImportProblem(_("The file is a bank's message (%(format)s) without any statement in it.") % {"format": found})
    return ""


def _refuse_entities(element: Element) -> None:
    if element.getparent() is None and element.getroottree().docinfo.doctype:
        raise ImportProblem(_("The XML brings a document type of its own (DOCTYPE), which no bank's statement has."))


def _message(element: Element) -> str:
    """Which message an element opens; the first versions call it BkToCstmrStmtV01."""
    name = local_name(element)
    return next((code for start, code in MESSAGES.items() if name.startswith(start)), "")


def read_camt(content: bytes, warn: Warn) -> Iterator[Part]:
    """Every statement (report, notification) in the file: its head, its entries, its foot.

    Where the XML breaks off, what stands before the break is given, then a LineProblem.
    """
    format_ = camt_format(content)
    statement: _Statement | None = None
    try:
        for event, element in etree.iterparse(io.BytesIO(content), events=("start", "end"), **SAFE):
            if event == "start":
                if local_name(element) in STATEMENTS and _message(element.getparent()):
                    statement = _Statement(element, format_, warn)
            elif statement is not None and element.getparent() is statement.element:
                yield from statement.take(element)
            elif statement is not None and element is statement.element:
                yield from statement.close()
                statement = None
                element.clear()
    except etree.XMLSyntaxError as error:
        yield LineProblem(error.lineno or 0, "", _("the file breaks off or is damaged here (%(error)s)") % {"error": error.msg})
        yield from statement.close() if statement and statement.begun else ()


class _Statement:
    """One statement while it is being read."""

    def __init__(self, element: Element, format_: str, warn: Warn) -> None:
        self.element, self.format, self.warn = element, format_, warn
        self.balances: dict[str, list[_Balance]] = {}
        self.begun, self.pending, self.currency, self.account = False, 0, "", ""

    def take(self, element: Element) -> Iterator[Part]:
        """A child of the statement that is complete; entries are forgotten once they are read."""
        name = local_name(element)
        if name == "Bal":
            self._keep(element)
        elif name == "Ntry":
            if not self.begun:
                yield self._begin(element)
            if text_at(element, "Sts/Cd", "Sts") in BOOKED:
                yield from entry_parts(element, self.account, self.warn)
            else:
                self.pending += 1
            element.clear()
            while (before := element.getprevious()) is not None and local_name(before) == "Ntry":
                self.element.remove(before)

    def close(self) -> Iterator[Part]:
        """The end: a head where there was no entry, and the foot."""
        if not self.begun:
            yield self._begin(None)
        if self.pending:
            self.warn(_("Entries that are not booked yet, which are left out: %(count)d.") % {"count": self.pending})
        closing, currency = self._balance("CLBD", last=True)
        if currency and currency != self.currency:
            text = _("The closing balance is in %(other)s, the account in %(currency)s: it is not compared.")
            self.warn(text % {"other": currency, "currency": self.currency})
            closing = None
        yield Foot(closing, to_on=self._day("FrToDt/ToDtTm", "FrToDt/ToDt"))

    def _begin(self, entry: Element | None) -> Head:
        self.begun = True
        amount = child(entry, "Amt")
        account = child(self.element, "Acct")
        opening, currency = self._balance("OPBD", "PRCD")
        self.currency = text_at(account, "Ccy") or currency or ("" if amount is None else amount.get("Ccy", ""))
        self.account = _identifier(account)
        return Head(
            format=self.format,
            account=self.account,
            currency=self.currency,
            account_name=text_at(account, "Nm", "Ownr/Nm", "Ownr/Pty/Nm"),
            number=text_at(self.element, "Id"),
            from_on=self._day("FrToDt/FrDtTm", "FrToDt/FrDt"),
            to_on=self._day("FrToDt/ToDtTm", "FrToDt/ToDt"),
            opening=opening if currency == self.currency else None,
        )

    def _keep(self, element: Element) -> None:
        code = text_at(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        try:
            amount, currency = amount_of(child(element, "Amt"))
            if amount < 0:
                raise CellProblem(_("%(amount)s is below nothing") % {"amount": f"{amount:f}"})
        except CellProblem as problem:
            self.warn(_("A balance (%(code)s) cannot be read: %(reason)s.") % {"code": code, "reason": problem.reason})
            return
        sign = -1 if text_at(element, "CdtDbtInd") == "DBIT" else 1
        self.balances.setdefault(code, []).append((sign * amount, currency))

    def _balance(self, *codes: str, last: bool = False) -> tuple[Decimal | None, str]:
        """The first balance of the first code there is; a page in the middle of a statement has interim ones at both ends."""
        for code in codes:
            if found := self.balances.get(code):
                return found[-1 if last else 0]
        interim = self.balances.get("ITBD", [])
        return (interim[-1] if last else interim[0]) if len(interim) == 2 else (None, "")

    def _day(self, *paths: str) -> date | None:
        try:
            return day_of(self.element, *paths)
        except CellProblem as problem:
            self.warn(_("The period of the statement cannot be read: %(reason)s.") % {"reason": problem.reason})
            return None


def _identifier(account: Element | None) -> str:
    return "".join(text_at(account, "Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id", "Id/BBAN", "Id/UPIC").split())
