"""Reads what a payer says a payment is for: lines of text into invoices, what is paid of each and what is taken off. Pure.

A line is one invoice where it names one of those that are open, or something like a number beside an amount. Which of its
amounts is which is told by the words above them, else by the amounts themselves: gross less discount is what is paid.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from arcollect.money import precision
from invoices.imports.amounts import CURRENCY_CODES, POINT, SIGNS, AmountSurvey, parse_amount
from invoices.imports.dates import DMY, DateSurvey, parse_date
from invoices.imports.problems import CellProblem, ImportProblem
from invoices.matching_text import Hit, Numbers, Typed, find_numbers, typed

_TOTAL = re.compile(
    r"total|summe|gesamt|zahlbetrag|zahlungsbetrag|überweisungsbetrag|amount (paid|transferred|of payment)|payment amount"
    r"|net payment|montant (net|payé|du)|importe (total|pagado)|totaal|totale",
    re.IGNORECASE,
)
_ROLES = {
    "discount": r"discount|skonto|abzug|abzüge|deductions?|escompte|descuento|sconto|korting|remise|allowance",
    "net": r"net|netto|paid|payment|zahlbetrag|zahlung|bezahlt|überwiesen|payé|règlement|pagado|pago|pagato|betaald|remitted",
    "gross": r"gross|brutto|amount|betrag|rechnungsbetrag|montant|importe|importo|bedrag|total|value",
}
_ROLE = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _ROLES.items()), re.IGNORECASE)
_MONEY = re.compile(
    r"(?<![\w.,/-])(?:(?P<before>[A-Z]{3}|[€£$¥])\s?)?(?P<number>\(?-?(?:\d{1,3}(?:[.,'’]\d{3})+|\d+)(?:[.,]\d{1,3})?-?\)?)"
    r"(?:\s?(?P<after>[A-Z]{3}|[€£$¥]))?(?![\w]|[.,/-]\d)"
)
_DAY = re.compile(r"(?<![\d./-])(\d{4}-\d{2}-\d{2}|\d{1,2}([./-])\d{1,2}\2\d{2,4})(?![\d/-])")
_NUMBER_LIKE = re.compile(r"(?<![\w.,])(?=[\w/.-]{0,40}\d{3})[A-Za-z]{0,6}[-/ ]?\d[\w/.-]*")
SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """An open invoice that may be meant."""

    id: int
    customer_id: int
    number: str
    balance: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class AdvisedRow:
    """What is said of one invoice: its number as written, what is paid (negative: taken off), what is kept as a discount.

    `invoice_id`: the open invoice it is, None where it is none or could be several. `assumed`: no amount was written, it is
    what is open.
    """

    number: str
    amount: Decimal
    discount: Decimal = Decimal(0)
    invoice_id: int | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Remittance:
    """What was read. `said`: the total as it is written, None where none is."""

    rows: tuple[AdvisedRow, ...]
    currency: str
    said: Decimal | None = None
    paid_on: date | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the rows: what is expected to come in."""
        return sum((row.amount for row in self.rows), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """The total as it is written less the sum of the rows; 0 where none is written."""
        return Decimal(0) if self.said is None else self.said - self.total


@dataclass(slots=True)
class _Line:
    """A line with its amounts and the open invoices named in it."""

    text: str
    letters: Typed
    hits: list[Hit] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    number_like: str = ""


def read_remittance(text: str, claims: Iterable[Claim], currency: str) -> Remittance:
    """The rows, the total, the currency and the day in a text; without rows where nothing in it is like an invoice.

    `claims`: the open invoices of the customer, or of the business where nobody knows yet whose advice it is; `currency` where
    the text names none that an invoice is in.
    """
    by_id = {claim.id: claim for claim in claims}
    numbers = Numbers()
    for claim in by_id.values():
        numbers.add(claim.number, claim.id)
    currency = _currency(text, {claim.currency for claim in by_id.values()}, currency)
    by_id = {pk: claim for pk, claim in by_id.items() if claim.currency == currency}
    lines = _lines(text, numbers, currency)
    rows, said, roles = [], None, []
    for line in lines:
        if not line.hits and _TOTAL.search(line.text) and line.amounts:
            said = line.amounts[-1]
        elif line.hits or (line.number_like and line.amounts):
            rows += _rows(line, roles, by_id)
        elif not line.amounts and len(found := [match.lastgroup or "" for match in _ROLE.finditer(line.text)]) >= SEVERAL:
            roles = found
    return Remittance(tuple(_once(rows)), currency, said, _paid_on(lines))


def _currency(text: str, known: set[str], default: str) -> str:
    """The one currency of the open invoices that the text names by code or sign, else `default`."""
    words = set(re.findall(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", text)) & CURRENCY_CODES
    signed = {code for sign in "€£¥" if sign in text for code in SIGNS[sign]}
    named = (words | signed) & known
    return named.pop() if len(named) == 1 else default


def _lines(text: str, numbers: Numbers, currency: str) -> list[_Line]:
    lines = []
    survey = AmountSurvey()
    for number, source in enumerate(text.splitlines(), start=1):
        line = _Line(source.strip(), typed(source.strip()))
        line.hits = find_numbers(line.letters, numbers)
        for match in _moneys(line, currency):
            survey.see(match["number"], number)
        lines.append(line)
    try:
        mark = survey.proven("") or survey.implied(precision(currency)) or POINT
    except ImportProblem:
        mark = ""
    for line in lines:
        line.amounts = [amount for match in _moneys(line, currency) if (amount := _amount(match["number"], mark)) is not None]
        line.number_like = _number_like(line.text)
    return lines


def _moneys(line: _Line, currency: str) -> list[re.Match[str]]:
    """What is written as money: with decimals, with thousands, or beside a currency; no part of a number or a date."""
    taken = [(line.letters.places[hit.start], line.letters.places[hit.end - 1] + 1) for hit in line.hits]
    taken += [match.span() for match in _DAY.finditer(line.text)]
    found = []
    for match in _MONEY.finditer(line.text):
        start, end = match.span("number")
        is_money = re.search(r"[.,]\d", match["number"]) or {match["before"], match["after"]} & (CURRENCY_CODES | set("€£$¥"))
        if (is_money or not precision(currency)) and not any(start < other_end and end > other for other, other_end in taken):
            found.append(match)
    return found


def _amount(text: str, mark: str) -> Decimal | None:
    """The amount; where the text has both marks, the last one of each amount is its own decimal mark."""
    own = mark or ("," if text.rfind(",") > text.rfind(".") else POINT)
    try:
        found = parse_amount(text, own)
    except CellProblem:
        return None
    return found[0] if found else None


def _number_like(text: str) -> str:
    """The first word that could be a number of an invoice we do not know."""
    spans = [match.span() for match in (*_DAY.finditer(text), *(m for m in _MONEY.finditer(text) if re.search(r"[.,]\d", m[0])))]
    for match in _NUMBER_LIKE.finditer(text):
        if not any(match.start() < end and match.end() > start for start, end in spans):
            return match[0].strip()
    return ""


def _rows(line: _Line, roles: Sequence[str], claims: dict[int, Claim]) -> list[AdvisedRow]:
    if not line.hits:
        paid, discount = _worth(line.amounts, roles, None)
        return [AdvisedRow(line.number_like, paid, discount)]
    if len(line.hits) == 1:
        return [_row(line, line.hits[0], line.amounts, roles, claims)]
    each = [[amount] for amount in line.amounts] if len(line.amounts) == len(line.hits) else [[] for _hit in line.hits]
    return [_row(line, hit, amounts, (), claims) for hit, amounts in zip(line.hits, each, strict=True)]


def _row(line: _Line, hit: Hit, amounts: Sequence[Decimal], roles: Sequence[str], claims: dict[int, Claim]) -> AdvisedRow:
    places = line.letters.places
    number = line.text[places[hit.start] : places[hit.end - 1] + 1]
    meant = [claims[pk] for pk in hit.ids if pk in claims]
    claim = meant[0] if len(meant) == 1 else None
    if not amounts:
        return AdvisedRow(number, claim.balance if claim else Decimal(0), Decimal(0), claim.id if claim else None, assumed=True)
    paid, discount = _worth(amounts, roles, claim.balance if claim else None)
    return AdvisedRow(number, paid, discount, claim.id if claim else None)


def _worth(amounts: Sequence[Decimal], roles: Sequence[str], balance: Decimal | None) -> tuple[Decimal, Decimal]:
    """(paid, discount) of the amounts in a line."""
    if len(roles) == len(amounts):
        named = dict(zip(roles, amounts, strict=True))
        discount = abs(named.get("discount", Decimal(0)))
        return named.get("net", named.get("gross", Decimal(0)) - discount), discount
    if len(amounts) > SEVERAL and abs(amounts[-3] - abs(amounts[-2]) - amounts[-1]) == 0:
        return amounts[-1], abs(amounts[-2])
    if len(amounts) == SEVERAL and 0 < abs(amounts[1]) * 10 <= abs(amounts[0]):
        return amounts[0] - abs(amounts[1]), abs(amounts[1])
    if len(amounts) == SEVERAL and balance == amounts[0] and amounts[0] * 9 <= amounts[1] * 10 < amounts[0] * 10:
        return amounts[1], amounts[0] - amounts[1]
    return amounts[-1], Decimal(0)


def _once(rows: Iterable[AdvisedRow]) -> list[AdvisedRow]:
    """An invoice that is named again without an amount, in a subject or a quoted mail, counts once."""
    kept: list[AdvisedRow] = []
    places: dict[int, int] = {}
    for row in rows:
        at = places.get(row.invoice_id) if row.invoice_id else None
        if at is None:
            if row.invoice_id:
                places[row.invoice_id] = len(kept)
            kept.append(row)
        elif kept[at].assumed:
            kept[at] = row
        elif not row.assumed and row.amount != kept[at].amount:
            other = kept[at]
            kept[at] = replace(other, amount=other.amount + row.amount, discount=other.discount + row.discount)
    return kept


def _paid_on(lines: Sequence[_Line]) -> date | None:
    """The first day in a line that names no invoice; None where none is, or it can be read in two ways."""
    survey, days = DateSurvey(), []
    for number, line in enumerate(lines, start=1):
        for match in _DAY.finditer(line.text):
            survey.see(match[1], number)
            if not line.hits:
                days.append(match[1])
    try:
        order = survey.proven("") or ("" if survey.unclear and "." not in survey.unclear[1] else DMY)
        return parse_date(days[0], order) if days and order else None
    except (CellProblem, ImportProblem):
        return None
