"""Check of the account the customer is to pay to: against typing errors and against fraud (domain.md PF09). Pure."""

import re

from django.utils.translation import gettext as _
from stdnum import iban

from invoices.models.agreement import Preflight
from invoices.preflight_cases import CheckResult, PreflightFacts, blocked, passed, unasked, warned


def pf09(facts: PreflightFacts) -> CheckResult:
    """The account on it is one the business approved, and its IBAN has the length of its country and remainder 1 by 97.

    Only a transfer must name one (BR-50, BR-61): where the seller collects by direct debit nobody is to pay anywhere.
    """
    check = Preflight.PF09
    account, approved = plain_account(facts.pay_to), {plain_account(one) for one in facts.accounts}
    if not account:
        if facts.collected:
            return passed(check)
        if facts.names_account:
            return blocked(check, _("It names no account to pay to."))
        return unasked(check, _("Its account is not known here."))
    if looks_like_iban(account) and not iban.is_valid(account):
        return blocked(check, _("%(account)s is no IBAN: its length or check digits are wrong.") % {"account": facts.pay_to})
    if not approved:
        return warned(check, _("No account is approved here to hold %(account)s against.") % {"account": facts.pay_to})
    if account not in approved:
        words = _("%(account)s is not the account approved here: who pays there may pay a stranger.")
        return blocked(check, words % {"account": facts.pay_to})
    return passed(check)


def plain_account(account: str) -> str:
    """An account number without what people put between its signs."""
    return re.sub(r"[^A-Z0-9]", "", account.upper())


def looks_like_iban(account: str) -> bool:
    """Whether it was meant as an IBAN: a country's two letters, two digits, and at least eleven more signs."""
    return bool(re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", account))
