"""Reads how invoices were closed of which nothing is open: by money, by a credit note, or given up."""

from collections.abc import Collection

from django.db.models import Count, TextChoices
from django.utils.translation import gettext_lazy as _

from invoices.models import Allocation, WriteOff


class Closing(TextChoices):
    PAID = "paid", _("paid")
    CREDITED = "credited", _("credited")
    WRITTEN_OFF = "written_off", _("written off")


def closed_by(ids: Collection[int]) -> dict[int, Closing]:
    """How each of these closed invoices (ids) was closed, in two queries.

    Paid where any money stands for it; else given up where anything was, else credited.
    """
    given_up = set(WriteOff.objects.filter(invoice__in=ids, reversed_on=None).values_list("invoice", flat=True))
    standing = Allocation.objects.filter(invoice__in=ids, reversed_on=None).order_by().values_list("invoice")
    paid = {pk for pk, payments in standing.annotate(payments=Count("payment")) if payments}
    return {pk: _closing(pk in paid, pk in given_up) for pk in ids}


def _closing(paid: bool, given_up: bool) -> Closing:
    if paid:
        return Closing.PAID
    return Closing.WRITTEN_OFF if given_up else Closing.CREDITED
