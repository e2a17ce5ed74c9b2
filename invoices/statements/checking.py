"""What holds for lines of every format: a known currency, no more decimals than it has, an amount that is not nothing, sums."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import precision, quantize
from invoices.imports.amounts import CURRENCY_CODES
from invoices.imports.dates import FIRST_YEAR, LAST_YEAR
from invoices.imports.problems import LineProblem
from invoices.statements.lines import Foot, Head, Part, StatementLine

Warn = Callable[[str], None]
LARGEST = Decimal(10) ** 12


def checked(parts: Iterator[Part], currency: str, warn: Warn) -> Iterator[Part]:
    """The same parts: heads and lines in `currency` where they name none, foots with their difference, bad lines refused.

    A line over nothing books nothing: it is left out, and `warn` is told how many there were.
    """
    head, total, empty = Head(""), Decimal(0), 0
    for part in parts:
        match part:
            case Head():
                head = part = _head(part, part.currency or currency)
                total = Decimal(0)
            case StatementLine():
                part = _line(replace(part, currency=part.currency or head.currency))
                if isinstance(part, StatementLine):
                    total += part.amount if part.currency == head.currency else Decimal("NaN")
                    empty += not part.amount
            case Foot():
                part = _foot(part, head, total)
        if not (isinstance(part, StatementLine) and not part.amount):
            yield part
    if empty:
        warn(_("Lines over an amount of zero, which are left out: %(count)d.") % {"count": empty})


def _head(head: Head, currency: str) -> Head:
    return replace(head, currency=currency, opening=_balance(head.opening, currency))


def _balance(balance: Decimal | None, currency: str) -> Decimal | None:
    """A balance in the precision of its currency; as it is where it has more decimals, or nobody knows the currency."""
    if balance is None or currency not in CURRENCY_CODES or quantize(balance, currency) != balance:
        return balance
    return quantize(balance, currency)


def _line(line: StatementLine) -> StatementLine | LineProblem:
    """The line in the precision of its currency, or why it cannot be taken."""
    if line.currency not in CURRENCY_CODES:
        return LineProblem(line.line, "currency", _no_currency(line.currency))
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (line.booked_on, line.valued_on)):
        return LineProblem(line.line, "date", _("%(date)s is too far away") % {"date": line.booked_on.isoformat()})
    if abs(line.amount) >= LARGEST:
        return LineProblem(line.line, "amount", _("%(amount)s is too large") % {"amount": f"{line.amount:f}"})
    amount = quantize(line.amount, line.currency)
    if amount != line.amount:
        text = _("%(amount)s has more than %(digits)d decimals, %(currency)s has no more")
        values = {"amount": f"{line.amount:f}", "digits": precision(line.currency), "currency": line.currency}
        return LineProblem(line.line, "amount", text % values)
    return replace(line, amount=amount, charges=quantize(line.charges, line.currency))


def _no_currency(currency: str) -> str:
    if not currency:
        return _("the file does not say which currency this is in")
    return _('"%(text)s" is not a currency code such as EUR') % {"text": currency}


def _foot(foot: Foot, head: Head, total: Decimal) -> Foot:
    foot = replace(foot, closing=_balance(foot.closing, head.currency))
    if head.opening is None or foot.closing is None or total.is_nan():
        return foot
    return replace(foot, difference=foot.closing - head.opening - total)
