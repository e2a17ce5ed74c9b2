"""Which invoices the customer has heard of from us, or agreed something about: what stands in them is not changed unasked."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from customers.models.letter import LetterState
from invoices.models import Dispute, Invoice, PlanInvoice, PromiseLine, SettlementInvoice
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, PromiseState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES

# Out of our hands: nobody can say that such a letter was not read.
GONE_OUT = (LetterState.SENDING, LetterState.SENT, LetterState.UNCONFIRMED)


def spoken_of(invoice_ids: Iterable[int]) -> frozenset[int]:
    """Ids of those invoices that a letter which went out asked for, or that are promised, planned, being settled or in dispute.

    In one query.
    """
    about = {"invoice": OuterRef("pk")}
    plans = PlanInvoice.objects.filter(plan__state__in=[*BLOCKING_PLAN_STATES, *LIVE_PLAN_STATES], **about)
    heard = (
        Q(reminder_lines__reminder__letter__state__in=GONE_OUT)
        | Exists(Dispute.objects.filter(resolved_on=None, **about))
        | Exists(PromiseLine.objects.filter(promise__state=PromiseState.OPEN, **about))
        | Exists(plans)
        | Exists(SettlementInvoice.objects.filter(settlement__state__in=LIVE_SETTLEMENT_STATES, **about))
    )
    rows = Invoice.objects.filter(heard, pk__in=list(invoice_ids)).order_by()
    return frozenset(rows.values_list("pk", flat=True))
