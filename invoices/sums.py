"""What the lines of an invoice come to. Pure; sums as EN 16931 demands them (BR-CO-10, 13, 15, 16, 17; domain.md PF06, PF07)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arcollect.money import quantize

HUNDRED = Decimal(100)
# Their rate is always nothing; the invoice says why (BR-Z-5, BR-E-5, BR-AE-5, BR-IC-5, BR-G-5, BR-O-5).
UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line: how many at which price, less a discount in percent; its tax category (UNTDID 5305) and rate in percent."""

    quantity: Decimal
    unit_price: Decimal
    discount_pct: Decimal = Decimal(0)
    category: str = "S"
    rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TaxSum:
    """The tax of all lines of one category and rate, worked out once over their sum."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """All figures of an invoice in one currency. `due` is `gross` less what was paid before."""

    nets: tuple[Decimal, ...]
    net: Decimal
    taxes: tuple[TaxSum, ...]
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    due: Decimal


def line_net(item: Item, currency: str) -> Decimal:
    """Quantity x price less discount, rounded half up to the currency: the first rounding of an invoice, and of its nets the
    only one."""
    gross = item.quantity * item.unit_price
    return quantize(gross - gross * item.discount_pct / HUNDRED, currency)


def sum_up(items: Sequence[Item], currency: str, prepaid: Decimal = Decimal(0)) -> Sums:
    """The figures of these lines; tax groups by category and rate, in the order of category, highest rate first."""
    nets = tuple(line_net(item, currency) for item in items)
    net = sum(nets, Decimal(0))
    taxes = _taxes(zip(items, nets, strict=True), currency)
    tax = sum((group.tax for group in taxes), Decimal(0))
    return Sums(nets, net, taxes, tax, net + tax, prepaid, net + tax - prepaid)


def _taxes(lines: Iterable[tuple[Item, Decimal]], currency: str) -> tuple[TaxSum, ...]:
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for item, net in lines:
        key = (item.category, Decimal(0) if item.category in UNTAXED else item.rate)
        bases[key] = bases.get(key, Decimal(0)) + net
    return tuple(
        TaxSum(category, rate, base, quantize(base * rate / HUNDRED, currency))
        for (category, rate), base in sorted(bases.items(), key=lambda group: (group[0][0], -group[0][1]))
    )
