"""Checks of the two parties: names, order number, who opens it, tax numbers, terms, limit (domain.md 8). Pure."""

import datetime
import re

from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from arcollect.filters import country_name
from arcollect.money import format_plain
from invoices.models.agreement import Preflight
from invoices.preflight_cases import CheckResult, PreflightFacts, blocked, passed, unasked, warned

# What a registered name ends with, by the usage of the countries this is likely to run in.
LEGAL_FORM = re.compile(
    r"[\s,](ltd|limited|plc|llp|llc|inc|incorporated|corp|corporation|co|gmbh|mbh|ag|kg|ohg|gbr|ug|e\.?k|e\.?v|se|sas|sarl|snc"
    r"|s\.?l\.?u?|s\.?a|s\.?r\.?l|s\.?p\.?a|bv|nv|vof|bvba|ab|as|asa|aps|oy|oyj|kft|zrt|sp\.? ?z ?o\.? ?o|s\.?r\.?o|d\.?o\.?o"
    r"|pty|pte|bhd|kk|pvt)\.?$",
    re.IGNORECASE,
)
# The kinds of number a country gives to whoever pays taxes there, as python-stdnum calls its modules.
TAX_MODULES = ("vat", "tin", "abn", "businessid", "utr", "stnr", "idnr", "siren", "siret", "gstin", "ein", "nif", "tva")


def pf01(facts: PreflightFacts) -> CheckResult:
    """The registered name, the same as on their account; the register entry should be known. Of a person their name is it."""
    check, buyer = Preflight.PF01, facts.buyer
    legal_name = buyer.legal_name or (buyer.name if not buyer.company or LEGAL_FORM.search(buyer.name.strip()) else "")
    if not legal_name:
        return blocked(check, _("Only the trade name “%(name)s” is known, not the legal name.") % {"name": buyer.name})
    if facts.buyer_name and _plain(facts.buyer_name) not in (_plain(legal_name), _plain(buyer.name)):
        names = {"there": facts.buyer_name, "here": legal_name}
        return blocked(check, _("It is made out to “%(there)s”, their account says “%(here)s”.") % names)
    if buyer.company and not buyer.registration:
        return warned(check, _("The register entry of %(name)s is not known.") % {"name": legal_name})
    return passed(check)


def pf03(facts: PreflightFacts) -> CheckResult:
    """Their order number where they ask for one, in their pattern: # is a digit, * anything. A rule in words is for people."""
    check, buyer, given = Preflight.PF03, facts.buyer, facts.purchase_order.strip()
    if not buyer.po_required and not given:
        return unasked(check, _("They ask for no order number."))
    if not given:
        rule = f" ({buyer.po_rule})" if buyer.po_rule else ""
        return blocked(check, _("They pay nothing without an order number%(rule)s, and there is none.") % {"rule": rule})
    if is_pattern(buyer.po_rule) and not _as_regex(buyer.po_rule).fullmatch(given):
        values = {"given": given, "rule": buyer.po_rule}
        return blocked(check, _("The order number “%(given)s” does not look like theirs: %(rule)s.") % values)
    return passed(check)


def pf04(facts: PreflightFacts) -> CheckResult:
    """Somebody opens invoices there, verified lately, whose mail did not come back; the address names a country."""
    check, desk = Preflight.PF04, facts.desk
    if not desk.known:
        return warned(check, _("Nobody is known there who opens the invoices."))
    if desk.bounced:
        return warned(check, _("Mail to their accounts payable came back."))
    oldest = facts.today - datetime.timedelta(days=facts.rules["verify_days"])
    if desk.verified_on is None or desk.verified_on < oldest:
        days = facts.rules["verify_days"]
        return warned(check, _("Nobody verified their accounts payable within %(days)d days.") % {"days": days})
    if not facts.buyer.country:
        return warned(check, _("Their address has no country."))
    return passed(check)


def pf08(facts: PreflightFacts) -> CheckResult:
    """Tax numbers in the form of their country, with the right check digits where these are public."""
    check, found = Preflight.PF08, []
    numbers = [(facts.seller_tax_id, facts.seller_country), (facts.buyer.tax_id, facts.buyer.country)]
    if facts.buyer_tax_id and _plain(facts.buyer_tax_id) != _plain(facts.buyer.tax_id):
        numbers.append((facts.buyer_tax_id, facts.buyer.country))
    for number, country in numbers:
        verdict = is_tax_id(number, country) if number else None
        if verdict is False:
            values = {"number": number, "country": country_name(issuer_of(number, country))}
            return warned(check, _("“%(number)s” is no tax number of %(country)s: its form or check digit is wrong.") % values)
        found.append(verdict)
    if True not in found:
        return unasked(check, _("No tax number that could be checked."))
    return passed(check)


def pf14(facts: PreflightFacts) -> CheckResult:
    """They accepted our terms, that is on file, and the terms go with the invoice (S3)."""
    check = Preflight.PF14
    if facts.buyer.terms_accepted_on is None:
        return warned(check, _("It is not on file that they accepted our terms."))
    if not facts.terms_attached:
        return warned(check, _("No terms are written down that could be attached."))
    return passed(check, _("Accepted on %(day)s.") % {"day": facts.buyer.terms_accepted_on})


def pf15(facts: PreflightFacts) -> CheckResult:
    """What they owe with this invoice is within their limit, and they are not on hold: tell the owner before supplying more."""
    check, buyer = Preflight.PF15, facts.buyer
    if buyer.on_hold:
        return warned(check, _("They are on credit hold: the owner decides before they are supplied again."))
    if buyer.limit is None:
        return unasked(check, _("They have no credit limit in this currency."))
    exposure = buyer.exposure + facts.total
    if exposure > buyer.limit:
        owed, limit = (f"{format_plain(value, facts.currency)} {facts.currency}" for value in (exposure, buyer.limit))
        return warned(check, _("With it they owe %(owed)s, their limit is %(limit)s.") % {"owed": owed, "limit": limit})
    return passed(check)


def is_pattern(rule: str) -> bool:
    """Whether a rule for order numbers is one a program can hold a number against: no blanks, with # or *."""
    return bool(rule) and not re.search(r"\s", rule) and bool(re.search(r"[#*]", rule))


def _as_regex(rule: str) -> re.Pattern[str]:
    signs = {"#": r"\d", "*": ".*"}
    # Two stars in a row say no more than one, and would try every split of a long number.
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in re.sub(r"\*+", "*", rule)), re.IGNORECASE)


def is_tax_id(number: str, country: str) -> bool | None:
    """Whether the number has the form, and where public the check digits, of the country's tax numbers; None: nobody can say.

    A number that begins with the code of a country is one of that country, wherever its owner is at home.
    """
    compact, code = _compact(number), issuer_of(number, country)
    pairs = [(module, form) for module in _tax_modules(code) for form in (compact, compact.removeprefix(code))]
    return any(_fits(module, form) for module, form in pairs) if pairs else None


def issuer_of(number: str, country: str) -> str:
    """The code of the country a tax number is of: the one it begins with, where tax numbers of it are known, else `country`."""
    compact = _compact(number)
    own = compact[:2] if re.match(r"[A-Z]{2}[A-Z]?\d", compact) else ""
    own = "GR" if own == "EL" else own
    return own if _tax_modules(own) else country.upper()


def _compact(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _tax_modules(code: str) -> list[object]:
    return [module for name in TAX_MODULES if code and (module := get_cc_module(code.lower(), name))]


def _fits(module: object, number: str) -> bool:
    try:
        module.validate(number)
    except ValidationError:
        return False
    return True


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
