"""The choice of a currency over a list, where a business has more than one."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Filter, Option
from customers.models import Business
from invoices.models import Invoice


def currencies(business: Business, asked: str = "") -> list[str]:
    """The business's own currency, then the others something is open in, and the one the address asks for. One query."""
    # Not "another than ours": below and above it an index finds them without a look at all of ours.
    others = Q(currency__lt=business.currency) | Q(currency__gt=business.currency)
    rows = Invoice.objects.filter(others, business=business, balance__gt=0)
    found = set(rows.order_by().values_list("currency", flat=True).distinct())
    if len(asked) == 3 and asked.isascii() and asked.isupper() and asked != business.currency:
        found.add(asked)
    return [business.currency, *sorted(found)]


def by_currency(business: Business, asked: str, field: str = "currency") -> list[Filter]:
    """The filter, or none where there is nothing to choose. `asked`: the currency in the address, ""; `field`: the column."""
    codes = currencies(business, asked)
    if len(codes) < 2 and not asked:
        return []
    options = [Option(code, code, Q(**{field: code})) for code in codes]
    return [Filter("currency", lazy("Currency"), options, everything=lazy("All currencies"))]
