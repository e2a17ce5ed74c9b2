"""Balances too small to ask for: which they are, and how an owner takes them off the books."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers.models import Business, User
from customers.models.business import Role
from invoices.balances import BookingError
from invoices.models import Invoice, WriteOff
from invoices.models.money import WriteOffKind
from invoices.standing import claims
from invoices.writing_off import write_off


def small_limit(business: Business) -> Decimal:
    """Up to this much, in whatever currency, is left of an invoice by a slip and not worth a letter."""
    return Decimal(business.rules["matching"]["small_balance"])


def small_balances(business: Business) -> QuerySet[Invoice]:
    """The open invoices of which no more than that is left."""
    return Invoice.objects.filter(business=business, balance__gt=0, balance__lte=small_limit(business))


@transaction.atomic
def write_off_small(*, business: Business, invoice_ids: Iterable[int], on: datetime.date, actor: User) -> list[WriteOff]:
    """Writes off what is left of these invoices; one that is not small any more, or paid meanwhile, is left alone.

    Raises BookingError for anybody but an owner, and while one of them is in dispute, planned or being settled.
    """
    if not business.memberships.filter(user=actor, role=Role.OWNER).exists():
        raise BookingError(_("Only an owner can write off."))
    rows = list(small_balances(business).filter(pk__in=list(invoice_ids)).select_related("business", "customer").order_by("pk"))
    against = claims({row.customer_id for row in rows})
    for row in rows:
        if row.pk in against.disputed or row.pk in against.planned or row.pk in against.settling:
            words = _("%(number)s is in dispute, in a payment plan or being settled: end that first.")
            raise BookingError(words % {"number": row.number})
    kind, reason = WriteOffKind.SMALL_BALANCE, _("Too small to ask for.")
    return [write_off(invoice=row, amount=row.balance, kind=kind, on=on, reason=reason, actor=actor) for row in rows]
