"""Reads what happened to payment plans lately: an instalment falls due soon or is missing, a plan ended unpaid (T32)."""

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from arcollect.dates import Calendar
from customers.models import Business, Letter
from customers.models.letter import LetterCode
from invoices.models import Instalment, PaymentPlan
from invoices.models.agreement import InstalmentState, PlanState
from reminders.cases import NOTHING
from reminders.following import Happened
from reminders.models import FollowUp, Occasion
from reminders.timetable import DAYS

# What is older had its answer, or never will: an import may bring years of a past that was not ours.
LATELY = DAYS(days=14)
# As far ahead as a notice of some days before may move for a weekend and holidays.
MOVED = DAYS(days=7)
KEPT_SO_FAR = [PlanState.SIGNED, PlanState.ACTIVE]


def plan_happenings(mine: Q, business: Business, today: datetime.date) -> Iterator[Happened]:
    """What became of the plans `mine` selects, where nothing followed from it yet."""
    if not PaymentPlan.objects.filter(mine, state__in=[*KEPT_SO_FAR, PlanState.AT_RISK, PlanState.DEFAULTED]).exists():
        return
    yield from _due_soon(mine, business, today)
    at_risk = PaymentPlan.objects.filter(mine, state=PlanState.AT_RISK)
    for row in at_risk.select_related("business").prefetch_related("covered", "instalments"):
        yield from _missed(row, business, today)
    ended = PaymentPlan.objects.filter(mine, state=PlanState.DEFAULTED, ended_on__gt=today - LATELY, ended_on__lte=today)
    for row in unanswered(ended, Occasion.PLAN_DEFAULTED, "plan").prefetch_related("covered", "instalments"):
        yield _about(row, Occasion.PLAN_DEFAULTED, f"plan:{row.pk}", row.ended_on, _unpaid(row.instalments.all()), {})


def unanswered(rows: QuerySet[Any], occasion: Occasion, area: str, *, dated: str = "") -> QuerySet[Any]:
    """Those without a FollowUp, by the subject it would have. `dated`: the field with the day of what may happen again: one from
    before it answers nothing. One query."""
    # Most nights there are none: asked first, for what follows is long in words.
    if not rows.order_by().exists():
        return rows.none()
    subject = Concat(Value(f"{area}:"), Cast(OuterRef("pk"), CharField()))
    answers = FollowUp.objects.filter(occasion=occasion, subject=subject, redraft=False)
    return rows.filter(~Exists(answers.filter(on__gte=OuterRef(dated)) if dated else answers))


def _due_soon(mine: Q, business: Business, today: datetime.date) -> Iterator[Happened]:
    """Instalments that fall due in some days, on the business day before that; not what was signed within these days."""
    notice = DAYS(days=business.rules["plan"]["notice_days"])
    plans = PaymentPlan.objects.filter(mine, state__in=KEPT_SO_FAR, signed_at__isnull=False)
    rows = Instalment.objects.filter(plan__in=plans, due_on__gt=today, due_on__lte=today + notice + MOVED, paid__lt=F("amount"))
    rows = unanswered(rows, Occasion.INSTALMENT_DUE, "instalment").select_related("plan__business").order_by("due_on")
    calendar = business.calendar if rows else Calendar()
    for row in rows.prefetch_related("plan__covered", "plan__instalments"):
        from_day = calendar.roll_back(row.due_on - notice)
        if from_day <= today and business.local_date(row.plan.signed_at) < from_day:
            facts = _facts(row, row.plan, row.due_on)
            yield _about(row.plan, Occasion.INSTALMENT_DUE, f"instalment:{row.pk}", today, row.amount - row.paid, facts)


def _missed(plan: PaymentPlan, business: Business, today: datetime.date) -> Iterator[Happened]:
    """The first missed instalment of a plan at risk; each is followed up once."""
    row = next((one for one in plan.instalments.all() if one.state == InstalmentState.MISSED), None)
    if row is None:
        return
    subject = f"instalment:{row.pk}"
    if FollowUp.objects.filter(occasion=Occasion.INSTALMENT_MISSED, subject=subject, redraft=False).exists():
        return
    cure_by = plan.cure_by or today + DAYS(days=business.rules["plan"]["cure_days"])
    yield _about(
        plan, Occasion.INSTALMENT_MISSED, subject, plan.falls_due(row.due_on), row.amount - row.paid, _facts(row, plan, cure_by)
    )


def _facts(row: Instalment, plan: PaymentPlan, pay_by: datetime.date) -> dict[str, Any]:
    """What the letter about an instalment states."""
    return {
        "instalment": {
            "id": row.pk,
            "plan": plan.pk,
            "number": row.position,
            "amount": str(row.amount - row.paid),
            "due_on": str(plan.falls_due(row.due_on)),
            "cure_by": str(pay_by),
            "remaining": str(_unpaid(plan.instalments.all())),
        }
    }


def _about(
    plan: PaymentPlan, occasion: Occasion, subject: str, on: datetime.date, amount: Decimal, facts: dict[str, Any]
) -> Happened:
    covered = frozenset(line.invoice_id for line in plan.covered.all())
    return Happened(occasion, subject, plan.customer_id, plan.currency, on, amount, covered, facts)


def _unpaid(instalments: Iterable[Instalment]) -> Decimal:
    return sum((row.amount - row.paid for row in instalments), NOTHING)


def instalment_open(letter: Letter, today: datetime.date) -> bool:
    """Whether what a letter says of an instalment is still true: that much is open of it, of a plan at risk until the day it
    names, or, before it is due, of one kept so far."""
    facts = letter.facts["instalment"]
    states = KEPT_SO_FAR if letter.code == LetterCode.LPI else [PlanState.AT_RISK]
    row = Instalment.objects.filter(pk=facts["id"], plan__state__in=states).first()
    if row is None or row.amount - row.paid != Decimal(facts["amount"]):
        return False
    return today <= datetime.date.fromisoformat(facts["cure_by"])
