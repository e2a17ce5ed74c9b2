"""Reads what an owner answered to a plan a customer proposed."""

from customers.models import Event, Task
from invoices.models import PaymentPlan
from invoices.plan_moves import subject_of


def answer_to(plan: PaymentPlan) -> str:
    """The owner's words on declining this proposal, written to be read by the customer; "" where there were none."""
    event = Event.objects.filter(business=plan.business_id, subject=subject_of(plan), kind="plan.answered").last()
    task = Task.objects.filter(customer=plan.customer_id, pk=event.data["task"]).first() if event else None
    return task.outcome if task else ""
