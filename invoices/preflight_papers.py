"""Checks of number, dates, twins, delivery and texts (domain.md 8). Pure."""

import datetime
import re
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum import ean, iban, luhn

from arcollect.money import format_plain
from invoices.models.agreement import Preflight
from invoices.months import month_end
from invoices.preflight_cases import CheckResult, PreflightFacts, Twin, blocked, passed, unasked, warned

DAY = datetime.timedelta(days=1)
IBAN_LIKE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
CARD_LIKE = re.compile(r"(?<![A-Za-z0-9])\d(?:[ -]?\d){12,18}(?![A-Za-z0-9])")
# Numbers of goods, places and companies that are as long, and often pass Luhn's test: SIRET and IMEI always do.
NO_CARD = re.compile(r"\b(?:gtin|ean|gln|isbn|imei|siret)\b\W{0,3}\d(?:[ -]?\d)*", re.IGNORECASE)
LOGIN = re.compile(r"\b(password|passwort|kennwort|contraseña|clave|pin|tan)\s*[:=]\s*\S+", re.IGNORECASE)


def pf02(facts: PreflightFacts) -> CheckResult:
    """No other invoice has this number, however it is typed; a gap in the row of numbers is worth a look."""
    check = Preflight.PF02
    if facts.taken:
        return blocked(check, _("There is another invoice %(number)s.") % {"number": facts.number})
    if facts.gap:
        return warned(check, _("Numbers right before %(number)s are missing.") % {"number": facts.number})
    return passed(check) if facts.number else unasked(check, _("It gets its number when it is issued."))


def pf05(facts: PreflightFacts) -> CheckResult:
    """Due on a day that follows from the terms, never before it was issued; the end of the month counts as one (BR-CO-25)."""
    check = Preflight.PF05
    if facts.total <= 0:
        return unasked(check, _("Nothing is to be paid."))
    if facts.due_on is None and facts.terms_days is None:
        return blocked(check, _("Neither a due date nor terms are on it."))
    if facts.due_on is None:
        return passed(check)
    if facts.due_on < facts.issued_on:
        days = {"due": facts.due_on, "issued": facts.issued_on}
        return blocked(check, _("It is due %(due)s, before it was issued on %(issued)s.") % days)
    if facts.terms_days is not None and facts.due_on not in due_days(facts.issued_on, facts.terms_days):
        days = {"days": facts.terms_days, "due": facts.due_on, "agreed": facts.issued_on + facts.terms_days * DAY}
        return warned(check, _("%(days)d days are agreed: due %(agreed)s, not %(due)s.") % days)
    return passed(check)


def due_days(issued_on: datetime.date, terms_days: int) -> set[datetime.date]:
    """The days such terms may mean: so many days from the invoice, from the end of its month, or to the end of that month."""
    plain = issued_on + terms_days * DAY
    return {plain, month_end(plain), month_end(issued_on) + terms_days * DAY}


def pf10(facts: PreflightFacts) -> CheckResult:
    """No other invoice to them with the same day and sum, about the same sum within a month, or the same order and sum."""
    check = Preflight.PF10
    near = Decimal(facts.rules["duplicate_pct"])
    for twin in facts.twins:
        if _alike(facts, twin, near):
            values = {
                "number": twin.number,
                "total": f"{format_plain(twin.total, facts.currency)} {facts.currency}",
                "day": twin.issued_on,
            }
            return warned(check, _("Invoice %(number)s of %(day)s over %(total)s may be the same one.") % values)
    return passed(check)


def _alike(facts: PreflightFacts, twin: Twin, near: Decimal) -> bool:
    apart = abs((facts.issued_on - twin.issued_on).days)
    if facts.total == twin.total and (apart == 0 or (facts.purchase_order and facts.purchase_order == twin.purchase_order)):
        return True
    return apart <= facts.rules["duplicate_days"] and abs(facts.total - twin.total) <= near * facts.total


def pf11(facts: PreflightFacts) -> CheckResult:
    """Delivery is proved, or its day is known; nothing is invoiced before it."""
    check = Preflight.PF11
    if facts.delivered_on is None:
        return passed(check) if facts.proof else warned(check, _("Neither a day of delivery nor a proof of it is known."))
    if facts.delivered_on > facts.issued_on:
        days = {"delivered": facts.delivered_on, "issued": facts.issued_on}
        return warned(check, _("Delivered %(delivered)s, after it was issued on %(issued)s.") % days)
    return passed(check)


def pf16(facts: PreflightFacts) -> CheckResult:
    """Every line says what was sold, in words somebody there recognises."""
    check, least = Preflight.PF16, facts.rules["description_chars"]
    if not facts.lines:
        return unasked(check, _("Its lines are not known."))
    for position, line in enumerate(facts.lines, 1):
        if len(line.description.strip()) < least:
            values = {"position": position, "text": line.description.strip() or "–"}
            return warned(check, _("Line %(position)d says too little: “%(text)s”.") % values)
    return passed(check)


def pf17(facts: PreflightFacts) -> CheckResult:
    """No card number and no log-in to a bank stands in any text on it."""
    check = Preflight.PF17
    if not facts.texts:
        return unasked(check, _("There is no free text."))
    if any(private(text) for text in facts.texts):
        return blocked(check, _("A text on it holds what looks like a card number or a log-in."))
    return passed(check)


def private(text: str) -> bool:
    """Whether a text holds a card number (13 to 19 digits that pass Luhn's test) or a log-in. An IBAN is meant to be read, and so
    is the number of an article: one that says it is one, or has 13 digits with the check digit of those."""
    for found in IBAN_LIKE.findall(text):
        if iban.is_valid(found):
            text = text.replace(found, " ")
    digits = (re.sub(r"\D", "", found) for found in CARD_LIKE.findall(NO_CARD.sub(" ", text)))
    return bool(LOGIN.search(text)) or any(luhn.is_valid(number) and not ean.is_valid(number) for number in digits)


def pf18(facts: PreflightFacts) -> CheckResult:
    """Not dated ahead, and within a month of the delivery: who is invoiced late pays late."""
    check, late = Preflight.PF18, facts.rules["delivery_days"]
    if facts.issued_on > facts.today:
        return warned(check, _("It is dated %(day)s, which is to come.") % {"day": facts.issued_on})
    days = (facts.issued_on - facts.delivered_on).days if facts.delivered_on else 0
    if days > late:
        return warned(check, _("It was issued %(days)d days after the delivery.") % {"days": days})
    return passed(check)
