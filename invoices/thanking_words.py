"""What a receipt says of the invoices, in the language under way: read by customers, so translated (tests/catalog.py)."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arcollect.money import format_money
from invoices.models import Payment


def booked_words(payment: Payment) -> Iterator[str]:
    """A line an invoice: its number, what was booked on it, and what is open of it still."""
    for row in payment.allocations.filter(reversed_on=None).select_related("invoice"):
        words = {"number": row.invoice.number, "amount": money_words(payment, row.amount)}
        if row.invoice.balance:
            words["open"] = money_words(payment, row.invoice.balance)
            yield _("Invoice %(number)s: %(amount)s, %(open)s is still open") % words
        else:
            yield _("Invoice %(number)s: %(amount)s, paid in full") % words


def money_words(payment: Payment, amount: Decimal) -> str:
    """An amount of the payment as the reader writes it."""
    return format_money(amount, payment.currency, get_language() or "en")
