"""SWIFT MT940 and MT942 as banks really write them: fields one after another, with the line each one starts on.

Written here rather than with the mt-940 library, which refuses whole files for one line it does not know, says no line
numbers and needs all of the file in memory; the tests hold this reader against it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.imports.amounts import CURRENCY_CODES
from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.statements.checking import Warn
from invoices.statements.lines import Foot, Head, Part, StatementLine
from invoices.statements.mt940_details import RETURNS, Details, read_details
from invoices.statements.texts import plain_amount, text_lines

NONE = frozenset({"", "NONREF", "KREF+", "EREF", "EREF+", "KREF", "NOTPROVIDED", "MARF", "PREF"})
_TAG = re.compile(r":(\d{2}[A-Z]?|NS):(.*)")
_BROKEN_TAG = re.compile(r"\d{2}[A-Z]?:.*")
_END = re.compile(r"-(\}.*|XXX)?\s*")
_BLOCK = re.compile(r"\{1:.*")
_BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>[\d., ]+)")
_ENTRY = re.compile(
    r"(?P<valued>\d{6})(?P<booked>\d{4})?\s*(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?\s*(?P<amount>\d[\d., ]*)"
    r"(?P<type>[A-Z][A-Z0-9]{3})?(?P<reference>.*?)(//(?P<bank>.*))?"
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CHARGES = re.compile(r"/CHGS/([A-Z]{3})([\d,]+)/?")


@dataclass(frozen=True, slots=True)
class Tag:
    """One field: its name, the line it starts on, and its lines."""

    name: str
    line: int
    lines: tuple[str, ...]


@dataclass(slots=True)
class _Statement:
    """What is known of the statement that is being read."""

    account: str = ""
    number: str = ""
    currency: str = ""
    opening: Decimal | None = None
    from_on: date | None = None
    begun: bool = False
    expected: int = 0
    entry: Tag | None = None
    details: list[str] = field(default_factory=list)


def is_mt940(head: str) -> bool:
    """Whether the beginning of a text has fields of such a message at the start of its lines."""
    return bool(re.search(r"^\W{0,2}:(20|21|25P?|28C?|60[FM]|61|62[FM]|86|34F|13D?):", head, re.MULTILINE))


def check_mt940(content: bytes) -> str:
    """ "MT940" or "MT942". Raises ImportProblem where there is neither an entry nor an account with a balance."""
    names = {tag.name for tag in read_tags(content) if tag}
    if "61" not in names and not (names & {"25", "25P"} and names & {"60F", "60M", "34F"}):
        raise ImportProblem(_("The file has fields of an MT940 statement, but no entry, and no account with a balance."))
    return "MT942" if names & {"34F", "90D", "90C"} and not names & {"60F", "60M"} else "MT940"


def read_tags(content: bytes) -> Iterator[Tag | None]:
    """Every field in turn, None where a message ends. What stands between messages (addresses, blank lines) is passed over."""
    name, first, lines = "", 0, []
    colon = False
    for number, line in text_lines(content):
        if colon and _BROKEN_TAG.fullmatch(line):
            line = f":{line}"
        if colon := line.strip() == ":":
            continue
        match = _TAG.match(line.lstrip(" \ufeff"))
        if match:
            if name:
                yield Tag(name, first, tuple(lines))
            name, first, lines = match[1], number, [match[2]]
        elif _END.fullmatch(line) or _BLOCK.match(line):
            if name:
                yield Tag(name, first, tuple(lines))
            name = ""
            yield None
        elif name:
            lines.append(line)
    if name:
        yield Tag(name, first, tuple(lines))
    yield None


def read_mt940(content: bytes, format_: str, warn: Warn) -> Iterator[Part]:
    """Every statement: its head, a line an entry, its foot. An entry that cannot be read is a LineProblem."""
    reader = _Reader(format_, warn)
    for tag in read_tags(content):
        yield from reader.take(tag)


class _Reader:
    """Takes fields one after another; a head is told with the first entry, or at the end of a statement without one."""

    def __init__(self, format_: str, warn: Warn) -> None:
        self.format, self.warn = format_, warn
        self.statement: _Statement | None = None

    def take(self, tag: Tag | None) -> Iterator[Part]:
        """What is complete now that this field is there."""
        current = self.statement
        if tag is not None and tag.name in ("86", "NS"):
            if current and current.entry and tag.name == "86":
                current.details += tag.lines
            return
        yield from self._finish_entry()
        if tag is None or (tag.name == "20" and current):
            yield from self._close(None, None)
        if tag is None:
            return
        if self.statement is None:
            self.statement = _Statement()
        yield from self._note(tag, self.statement)

    def _note(self, tag: Tag, statement: _Statement) -> Iterator[Part]:
        text = "".join(tag.lines).strip()
        match tag.name:
            case "25" | "25P":
                statement.account = _account(text)
            case "28" | "28C":
                statement.number = text
            case "60F" | "60M":
                statement.opening, statement.currency, statement.from_on = self._balance(tag, text)
            case "34F":
                statement.currency = text[:3]
            case "61":
                statement.entry, statement.details = tag, []
            case "62F" | "62M":
                closing, currency, day = self._balance(tag, text)
                statement.currency = statement.currency or currency
                yield from self._close(closing, day)

    def _close(self, closing: Decimal | None, day: date | None) -> Iterator[Part]:
        """The end of a statement that has an account or an entry."""
        statement, self.statement = self.statement, None
        if statement is None or not (statement.begun or statement.account):
            return
        if not statement.begun:
            yield self._head(statement)
        if statement.expected:
            self.warn(_("Entries that are not booked yet, which are left out: %(count)d.") % {"count": statement.expected})
        yield Foot(closing, to_on=day)

    def _head(self, statement: _Statement) -> Head:
        statement.begun = True
        if statement.currency and statement.account.endswith(statement.currency) and not _IBAN.fullmatch(statement.account):
            statement.account = statement.account.removesuffix(statement.currency)
        return Head(
            format=self.format,
            account=statement.account,
            currency=statement.currency if statement.currency in CURRENCY_CODES else "",
            number=statement.number,
            from_on=statement.from_on,
            opening=statement.opening,
        )

    def _balance(self, tag: Tag, text: str) -> tuple[Decimal | None, str, date | None]:
        match = _BALANCE.match(text)
        if not match:
            self.warn(_("Line %(line)d: a balance that cannot be read (%(text)s).") % {"line": tag.line, "text": text})
            return None, "", None
        amount = plain_amount(match["amount"])
        try:
            day = _day(match["day"])
        except CellProblem:
            day = None
        return -amount if match["mark"] == "D" else amount, match["currency"], day

    def _finish_entry(self) -> Iterator[Part]:
        statement = self.statement
        if statement is None or statement.entry is None:
            return
        entry, statement.entry = statement.entry, None
        if not statement.begun:
            yield self._head(statement)
        try:
            if line := entry_line(entry, statement.details, statement.currency):
                yield line
            else:
                statement.expected += 1
        except CellProblem as problem:
            yield LineProblem(entry.line, problem.field or ":61:", problem.reason)


def entry_line(tag: Tag, information: list[str], currency: str) -> StatementLine | None:
    """The line of a field :61: and the text of its field :86:, its currency left to the statement; None for one that is only
    expected. Raises CellProblem."""
    match, extra = _entry_match(tag)
    if match["mark"].startswith("E"):
        return None
    amount = plain_amount(match["amount"])
    incoming = match["mark"] in ("C", "RD")
    details = read_details(information, extra)
    booked_on, valued_on = _days(match["valued"], match["booked"])
    own = match["reference"].strip()
    reversal = match["mark"].startswith("R") or details.code in RETURNS or (match["type"] or "")[1:] == "RTI"
    return StatementLine(
        line=tag.line,
        booked_on=booked_on,
        valued_on=valued_on,
        amount=amount if incoming else -amount,
        currency="",
        payer=details.payer,
        payer_account=details.account or (extra if _IBAN.fullmatch(extra) else ""),
        reference=details.reference or ("" if own.upper() in NONE or len(own) < 2 or own == details.account else own),
        text=details.text or details.booking_text or ("" if _IBAN.fullmatch(extra) else extra),
        bank_reference=(match["bank"] or "").strip(),
        charges=_charges(details, extra, currency) if incoming else Decimal(0),
        reversal=reversal,
        reason_code=details.reason if reversal else "",
    )


def _entry_match(tag: Tag) -> tuple[re.Match[str], str]:
    """The parts of the entry and the line below it; a bank may break the first line where it likes."""
    for first in range(1, len(tag.lines) + 1):
        if match := _ENTRY.fullmatch("".join(tag.lines[:first]).rstrip()):
            return match, "\n".join(line.strip() for line in tag.lines[first:] if line.strip())
    text = _('"%(text)s" is not an entry as MT940 has them (date, C or D, amount)')
    raise CellProblem(text % {"text": tag.lines[0][:40]}, ":61:")


def _charges(details: Details, extra: str, currency: str) -> Decimal:
    """What banks kept of it, where they say so in the currency of the statement."""
    found = _CHARGES.findall(f"{extra}\n{details.text}")
    return sum((plain_amount(amount) for code, amount in found if code == currency), Decimal(0))


def _account(text: str) -> str:
    """The account of a field :25:; of "BIC/IBAN" the IBAN."""
    bare = "".join(text.split())
    return next((part for part in bare.split("/") if _IBAN.fullmatch(part)), bare)


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise CellProblem(_('"%(text)s" is not a date') % {"text": text}, "date") from None


def _days(valued: str, booked: str | None) -> tuple[date, date]:
    """(booked on, valued on): the booking has no year of its own, it is the one that brings both together.

    Some banks count every month with 30 days and write a 30 February as the value date: then the booking date stands for it.
    """
    if not booked:
        day = _day(valued)
        return day, day
    year = int(valued[:2])
    month, value_month = int(booked[:2]), int(valued[2:4])
    year += 1 if month - value_month < -6 else -1 if month - value_month > 6 else 0
    booked_on = _day(f"{year:02d}{booked}")
    try:
        return booked_on, _day(valued)
    except CellProblem:
        return booked_on, booked_on
