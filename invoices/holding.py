"""Money marked as payment in full is not taken before the owner has said so (domain.md 6.6)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.desk import open_task
from customers.models import Customer, Task, User
from customers.models.business import Role
from customers.models.desk import TaskKind


@transaction.atomic
def hold_payment(
    *,
    customer: Customer,
    received_on: datetime.date,
    amount: Decimal,
    currency: str,
    token: str,
    on: datetime.date,
    reference: str = "",
    actor: User | None = None,
) -> Task:
    """Books nothing of it and asks the owner, with the rule for cheques explained. `token` makes a second click harmless."""
    subject = f"held:{token}"
    known = customer.tasks.filter(kind=TaskKind.DECIDE, subject=subject).first()
    if known is not None:
        return known
    task = open_task(
        business=customer.business,
        customer=customer,
        kind=TaskKind.DECIDE,
        subject=subject,
        role=Role.OWNER,
        opens_on=on,
        due_on=customer.calendar.add(on, 1),
        currency=currency,
        amount=amount,
        reason=_words(received_on, reference),
        actor=actor,
    )
    about, plain = f"customer:{customer.pk}", format_plain(amount, currency)
    log.record(customer.business, "settlement.held", about, customer=customer, actor=actor, amount=plain, currency=currency)
    return task


def _words(received_on: datetime.date, reference: str) -> str:
    marked = _("Came in on %(day)s marked as payment in full%(reference)s, and is not booked: do not bank it yet.") % {
        "day": received_on.isoformat(),
        "reference": f" ({reference})" if reference else "",
    }
    rule = _(
        "Where the debt is in dispute, banking a cheque so marked can settle all of it (in the United States by UCC 3-311). "
        "Where it is not, a part payment alone does not. Send it back, or take it as it is meant: offer a settlement of that "
        "sum and book the payment without the mark."
    )
    return f"{marked}\n{rule}"
