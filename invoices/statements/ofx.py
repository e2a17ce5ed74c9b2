"""OFX 1 (SGML), OFX 2 (XML) and QFX. One reader for all: banks close tags, leave them open, empty or invent them as they like.

Written here because ofxtools and ofxparse each refuse files that real banks send, and neither names lines; the tests hold
this reader against them.
"""

import html
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.statements.checking import Warn
from invoices.statements.lines import Foot, Head, Part, StatementLine
from invoices.statements.texts import plain_amount, whole_text

STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
# Groups that matter, or whose fields share a name with fields that do.
GROUPS = STATEMENTS | ACCOUNTS | frozenset({"STMTTRN", "LEDGERBAL", "AVAILBAL", "BANKACCTTO", "CCACCTTO", "CURRENCY",
                                            "ORIGCURRENCY", "PAYEE", "STATUS", "BAL", "SONRS"})  # fmt: skip
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z0-9_.:]+)(?:\s[^<>]*)?/?>(?P<text>[^<]*)")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_DAY = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})")


def is_ofx(head: str) -> bool:
    """Whether the beginning of a text is that of an OFX file of either kind."""
    return bool(re.search(r"OFXHEADER|<OFX>|<\?OFX", head, re.IGNORECASE))


def check_ofx(content: bytes) -> str:
    """ "OFX 1" or "OFX 2". Raises ImportProblem where there is no statement in it, in the bank's own words if it has some."""
    text = whole_text(content)
    if not re.search(r"<(STMTRS|CCSTMTRS|INVSTMTRS)>", text, re.IGNORECASE):
        failed = re.search(r"<SEVERITY>\s*ERROR.*?<MESSAGE>([^<\n]+)", text, re.DOTALL)
        if failed:
            raise ImportProblem(_("The bank sent a refusal instead of a statement: %(text)s") % {"text": failed[1].strip()})
        raise ImportProblem(_("This OFX file has no statement in it."))
    return "OFX 2" if re.search(r"<\?OFX|OFXHEADER=\"200", text[:2000]) else "OFX 1"


def read_ofx(content: bytes, format_: str, warn: Warn) -> Iterator[Part]:
    """Every statement: its head, a line a transaction, its foot with the balance. A transaction without a date or an amount,
    or with a broken one, is a LineProblem."""
    statement: _Statement | None = None
    path: list[str] = []
    for line, end, name, value in _tags(whole_text(content)):
        if end:
            if name in path:
                del path[path.index(name) :]
            if statement:
                yield from statement.end(name)
            statement = None if name in STATEMENTS else statement
        elif name in GROUPS:
            if name == "STMTTRN" and statement:
                yield from statement.end("STMTTRN")
                statement.start(line)
            if name in STATEMENTS:
                statement = _Statement(format_, warn)
            path.append(name)
        elif statement:
            statement.put(path, name, value)


def _tags(text: str) -> Iterator[tuple[int, bool, str, str]]:
    """(line, whether it closes, NAME, the text behind it) of every tag."""
    line, position = 1, 0
    text = _CDATA.sub(lambda match: html.escape(match[1]), text)
    for match in _TAG.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line, bool(match["end"]), match["name"].upper(), " ".join(html.unescape(match["text"]).split())


class _Statement:
    """One statement while it is being read."""

    def __init__(self, format_: str, warn: Warn) -> None:
        self.format, self.warn = format_, warn
        self.about: dict[str, str] = {}
        self.fields: dict[str, str] | None = None
        self.line, self.begun, self.repeated = 0, False, 0
        self.seen: set[str] = set()

    def start(self, line: int) -> None:
        """A transaction begins."""
        self.line, self.fields = line, {}

    def put(self, path: list[str], name: str, value: str) -> None:
        """A field, kept under its group: "LEDGERBAL.BALAMT"; the first of a name counts."""
        group = path[-1] if path else ""
        target = self.fields if self.fields is not None else self.about
        key = name if group == "STMTTRN" or group in STATEMENTS else f"{group}.{name}"
        if value:
            target.setdefault(key, value)

    def end(self, name: str) -> Iterator[Part]:
        """What is complete now that this group ends."""
        if name == "STMTTRN" and self.fields is not None:
            fields, self.fields = self.fields, None
            yield from self._begin(fields)
            yield self._read(fields)
        elif name in STATEMENTS:
            yield from self._begin({})
            if self.repeated:
                text = _("Transactions under an id that the bank has given before in this statement: %(count)d.")
                self.warn(text % {"count": self.repeated})
            yield Foot(self._closing(), to_on=_loose_day(self.about.get("LEDGERBAL.DTASOF")))

    def _begin(self, fields: dict[str, str]) -> Iterator[Head]:
        if self.begun:
            return
        self.begun = True
        account = next((self.about[key] for key in (f"{group}.ACCTID" for group in sorted(ACCOUNTS)) if key in self.about), "")
        yield Head(
            format=self.format,
            account="".join(account.split()),
            currency=self.about.get("CURDEF", "").upper() or fields.get("CURRENCY.CURSYM", "").upper(),
            from_on=_loose_day(self.about.get("DTSTART")),
            to_on=_loose_day(self.about.get("DTEND")),
        )

    def _closing(self) -> Decimal | None:
        try:
            return plain_amount(self.about["LEDGERBAL.BALAMT"]) if "LEDGERBAL.BALAMT" in self.about else None
        except CellProblem as problem:
            self.warn(_("The balance cannot be read: %(reason)s.") % {"reason": problem.reason})
            return None

    def _read(self, fields: dict[str, str]) -> StatementLine | LineProblem:
        identifier = fields.get("FITID", "")
        self.repeated += bool(identifier) and identifier in self.seen
        self.seen.add(identifier)
        try:
            return _transaction(self.line, fields)
        except CellProblem as problem:
            return LineProblem(self.line, problem.field, problem.reason)


def _transaction(line: int, fields: dict[str, str]) -> StatementLine:
    booked_on = _day(fields.get("DTPOSTED", ""), "DTPOSTED")
    if "TRNAMT" not in fields:
        raise CellProblem(_("is missing"), "TRNAMT")
    check = fields.get("CHECKNUM", "")
    return StatementLine(
        line=line,
        booked_on=booked_on,
        valued_on=_loose_day(fields.get("DTAVAIL") or fields.get("VALUEDATE")) or booked_on,
        amount=plain_amount(fields["TRNAMT"]),
        currency=fields.get("CURRENCY.CURSYM", "").upper(),
        payer=fields.get("PAYEE.NAME") or fields.get("EXTDNAME") or fields.get("NAME", ""),
        payer_account="".join((fields.get("BANKACCTTO.ACCTID") or fields.get("CCACCTTO.ACCTID") or "").split()),
        reference=fields.get("REFNUM") or (check if check.strip("0") else ""),
        text=fields.get("MEMO", ""),
        bank_reference=fields.get("FITID", ""),
    )


def _day(text: str, name: str) -> date:
    """The day of a time stamp as it is written, whatever its zone; zeros and days that do not exist are refused."""
    if not text:
        raise CellProblem(_("is missing"), name)
    match = _DAY.match(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else date.fromisoformat(text)
    except ValueError:
        raise CellProblem(_('"%(text)s" is not a date') % {"text": text}, name) from None


def _loose_day(text: str | None) -> date | None:
    """A day beside the money: none where it is broken."""
    try:
        return _day(text or "", "")
    except CellProblem:
        return None
