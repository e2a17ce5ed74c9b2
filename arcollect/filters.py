"""Template filters every page has without loading them."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from arcollect.money import format_money

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency in the reader's language: "€1,250.00". Nothing for None."""
    return "" if amount is None else format_money(amount, currency, get_language() or "en")


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """The bare number, for a table that names its currency once in the head."""
    return "" if value is None else format_money(value, currency, get_language() or "en", symbol=False)
