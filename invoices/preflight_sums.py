"""Checks of the figures: lines, tax, currency, price (domain.md 8). Pure."""

from collections import defaultdict
from decimal import Decimal
from functools import cache

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from arcollect.money import format_plain, precision, quantize
from invoices.models.agreement import Preflight
from invoices.preflight_cases import NOTHING, CheckResult, LineFacts, PreflightFacts, TaxFacts, blocked, passed, unasked, warned

HUNDRED = Decimal(100)


def line_net(line: LineFacts, currency: str) -> Decimal:
    """Quantity times price less discount, rounded: of each line by itself, before anything is added (BR-CO-10)."""
    if line.unit_price is None:
        return line.net
    return quantize(line.quantity * line.unit_price * (1 - line.discount_pct / HUNDRED), currency)


def pf06(facts: PreflightFacts) -> CheckResult:
    """Lines sum up to the net, net and tax to the gross, less what was prepaid to what is due: to the cent."""
    check, code = Preflight.PF06, facts.currency
    if facts.net is None or facts.tax is None:
        return unasked(check, _("Net and tax are not known apart."))
    gross = facts.net + facts.tax if facts.gross is None else facts.gross
    pairs = [
        (_("the net"), facts.net, sum((line.net for line in facts.lines), NOTHING)) if facts.lines else None,
        (_("the gross"), gross, facts.net + facts.tax),
        (_("the amount due"), facts.total, gross - facts.prepaid),
    ]
    for what, said, sum_ in filter(None, pairs):
        if said != sum_:
            values = {"what": what, "said": _amount(said, code), "sum": _amount(sum_, code)}
            return blocked(check, _("%(what)s is %(said)s on the invoice, but adds up to %(sum)s.") % values)
    if facts.made_here:
        return _lines(facts)
    return passed(check)


def _lines(facts: PreflightFacts) -> CheckResult:
    """Of an invoice made here every line is quantity times price; others may know allowances that no line of ours has."""
    for position, line in enumerate(facts.lines, 1):
        if line.net != line_net(line, facts.currency):
            words = _("Line %(position)d comes to %(sum)s, not to %(said)s.")
            sums = {"sum": _amount(line_net(line, facts.currency), facts.currency), "said": _amount(line.net, facts.currency)}
            return blocked(Preflight.PF06, words % (sums | {"position": position}))
    return passed(Preflight.PF06)


def pf07(facts: PreflightFacts) -> CheckResult:
    """The tax of every rate is its base times the rate, rounded; of an import a cent for every line may be off."""
    check, taxes = Preflight.PF07, facts.taxes or _taxes_of_lines(facts)
    if not taxes:
        return unasked(check, _("No tax is known by its rate."))
    tolerance = NOTHING if facts.made_here else Decimal(facts.rules["tax_tolerance"]) * max(1, len(facts.lines))
    for row in taxes:
        right = quantize(row.base * row.rate / HUNDRED, facts.currency)
        if abs(row.tax - right) > tolerance:
            values = {"rate": f"{row.rate.normalize():f}", "base": _amount(row.base, facts.currency)}
            sums = {"right": _amount(right, facts.currency), "said": _amount(row.tax, facts.currency)}
            return blocked(check, _("%(rate)s %% of %(base)s is %(right)s, not %(said)s.") % (values | sums))
    return passed(check)


def _taxes_of_lines(facts: PreflightFacts) -> tuple[TaxFacts, ...]:
    """Where only one rate is on the lines, the whole tax is its."""
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in facts.lines:
        bases[line.tax_rate] += line.net
    if facts.tax is None or len(bases) != 1:
        return ()
    ((rate, base),) = bases.items()
    return (TaxFacts(rate, base, facts.tax),)


def pf12(facts: PreflightFacts) -> CheckResult:
    """A currency of ISO 4217, the one they are invoiced in, and no more decimals than it has: none in JPY."""
    check, code = Preflight.PF12, facts.currency
    if code not in _currencies():
        return blocked(check, _("“%(code)s” is no currency code.") % {"code": code})
    amounts = [facts.total, facts.net, facts.tax, facts.gross, facts.prepaid, *(line.net for line in facts.lines)]
    for amount in amounts:
        if amount is not None and amount != quantize(amount, code):
            values = {"amount": f"{amount.normalize():f}", "code": code, "digits": precision(code)}
            return blocked(check, _("%(amount)s has more decimals than %(code)s, which has %(digits)d.") % values)
    wanted = facts.buyer.invoiced_in
    if wanted and wanted != code:
        return warned(check, _("They are usually invoiced in %(wanted)s, not in %(code)s.") % {"wanted": wanted, "code": code})
    return passed(check)


def pf13(facts: PreflightFacts) -> CheckResult:
    """The net as in the quote or order where that is known; the agreed discount for early payment on the invoice."""
    check, code = Preflight.PF13, facts.currency
    if facts.quote_net is not None and facts.net is not None and facts.net != facts.quote_net:
        values = {"net": _amount(facts.net, code), "quote": _amount(facts.quote_net, code)}
        return warned(check, _("The net is %(net)s, agreed was %(quote)s.") % values)
    share = facts.buyer.discount_pct
    if share and facts.printed_terms is not None and not _names(facts.printed_terms, share):
        return warned(check, _("The agreed discount of %(share)s %% is not on it.") % {"share": f"{share.normalize():f}"})
    if facts.quote_net is None and not (share and facts.printed_terms is not None):
        return unasked(check, _("No quote or order to hold it against."))
    return passed(check)


def _names(terms: str, share: Decimal) -> bool:
    """Whether terms of payment speak of that discount, however its number is written."""
    plain = f"{share.normalize():f}"
    return any(form in terms for form in (plain, plain.replace(".", ","), f"{share:.2f}"))


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _amount(amount: Decimal, code: str) -> str:
    """With its currency; as it stands there where that has more decimals than the currency."""
    return f"{format_plain(amount, code)} {code}" if amount == quantize(amount, code) else f"{amount.normalize():f} {code}"
