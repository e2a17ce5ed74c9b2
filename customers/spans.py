"""Walks through the customers of a business in spans of ids, so that no more of them than fit are held in memory at a time."""

from collections.abc import Iterator

from django.db.models import Max

from customers.models import Business, Customer


def spans(business: Business, after: int, size: int) -> Iterator[tuple[int, int]]:
    """(first id, last id) of the customers with a greater id than `after`, so many at a time. One query a span."""
    while True:
        ids = Customer.objects.filter(business=business, pk__gt=after).order_by("pk").values_list("pk", flat=True)
        last = ids[:size].aggregate(last=Max("pk"))["last"]
        if last is None:
            return
        yield after + 1, last
        after = last
