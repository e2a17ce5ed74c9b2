"""Reads how invoices were closed of which nothing is open: by money, by a credit note, or given up."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Q, Sum, TextChoices
from django.utils.translation import gettext_lazy as _

from invoices.metrics import NOTHING
from invoices.models import Allocation, WriteOff
from invoices.models.money import WriteOffKind


class Closing(TextChoices):
    PAID = "paid", _("paid")
    CREDITED = "credited", _("credited")
    WRITTEN_OFF = "written_off", _("written off")


def closed_by(ids: Collection[int]) -> dict[int, Closing]:
    """How each of these closed invoices (ids) was closed, in two queries.

    Written off where any of it was lost, or nothing else closed it; else by the larger of money and credit. A few cents left, a
    discount and the like say nothing.
    """
    standing = Allocation.objects.filter(invoice__in=ids, reversed_on=None).order_by().values("invoice")
    sums = standing.annotate(
        paid=Sum("amount", filter=Q(payment__isnull=False), default=NOTHING),
        credited=Sum("amount", filter=Q(credit_note__isnull=False), default=NOTHING),
    )
    booked = {row["invoice"]: (row["paid"], row["credited"]) for row in sums}
    bad_debt = WriteOff.objects.filter(invoice__in=ids, kind=WriteOffKind.BAD_DEBT, reversed_on=None)
    lost = set(bad_debt.values_list("invoice", flat=True))
    return {pk: Closing.WRITTEN_OFF if pk in lost else _closing(*booked.get(pk, (NOTHING, NOTHING))) for pk in ids}


def _closing(paid: Decimal, credited: Decimal) -> Closing:
    if not paid and not credited:
        return Closing.WRITTEN_OFF
    return Closing.PAID if paid >= credited else Closing.CREDITED
