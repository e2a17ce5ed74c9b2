"""Reads which excuses a customer gave, and whether one was used too often (P08)."""

import datetime

from customers.call_texts import reasons_of
from customers.models import Customer
from customers.models.customer import ContactRole
from customers.models.desk import Outcome
from customers.reasons import Heard, Reason, overused


def heard_from(customer: Customer) -> list[Heard]:
    """The reasons this customer gave in calls, oldest first, in one query."""
    said = customer.conversations.filter(outcome=Outcome.REACHED).exclude(reason="").order_by("at", "id")
    zone = customer.business
    return [
        Heard(code, zone.local_date(at), role == ContactRole.DECISION_MAKER)
        for code, at, role in said.values_list("reason", "at", "contact__role")
    ]


def excuse_overused(customer: Customer, today: datetime.date) -> Reason | None:
    """The excuse used more often than it may be, after which only somebody who can decide helps; None where there is none."""
    reasons = reasons_of(customer.business)
    return reasons.get(overused(heard_from(customer), reasons, today))


def said_too_often(customer: Customer, reason: Reason, today: datetime.date) -> bool:
    """Whether this very excuse was used more often than it may be."""
    return bool(overused(heard_from(customer), {reason.code: reason}, today))
