"""Reads what a call brought that is confirmed in writing, and whether a confirmation still holds (domain.md 4.2, P18).

Nothing is taken from what somebody noted for ourselves: a letter says the promises, queries, offers and days that stand.
"""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from customers.models import Conversation, Letter, Task
from customers.models.claim import ClaimCheck, ClaimResult
from customers.models.desk import TaskKind, TaskState
from customers.reasons import Effect, shipped_reasons
from invoices.models import PaymentPlan, Promise, Settlement
from invoices.models.agreement import PlanState, PromiseState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState
from reminders.cases import Case
from reminders.freezing import asked_today, frozen_facts

# Who may not owe it, is in a hard time or insolvent is not written to because of a call (domain.md 4.1, 7.4).
SILENT = {Effect.QUERY_ALL, Effect.VULNERABLE, Effect.BLOCK}
ON_OFFER = [PlanState.OFFERED, PlanState.VIEWED]
# Of a promise or an offer that ended so, what was said on the telephone holds no longer.
FALLEN_PROMISES = [PromiseState.PARTIAL, PromiseState.BROKEN, PromiseState.CANCELLED, PromiseState.SUPERSEDED]
FALLEN_PLANS = [PlanState.CANCELLED, PlanState.EXPIRED, PlanState.DECLINED, PlanState.COUNTERED]
STANDING_SETTLEMENTS = [*LIVE_SETTLEMENT_STATES, SettlementState.KEPT]
AMOUNTS = ("paid", "disputed", "planned", "promised", "offered", "collectable")

Agreed = dict[str, Any]


def effects_of(conversation: Conversation) -> frozenset[Effect]:
    """What follows from the reason given; nothing where none was, or one nobody knows."""
    reason = shipped_reasons().get(conversation.reason)
    return reason.effects if reason else frozenset()


def call_facts(conversation: Conversation, *, reached: bool) -> dict[str, Any]:
    """The call as a letter states it."""
    return {
        "on": conversation.business.local_date(conversation.at).isoformat(),
        "reached": reached,
        "reason": conversation.reason,
        "words": conversation.paraphrase,
        "agreement": conversation.agreement,
    }


def currencies_of(conversation: Conversation, task: Task | None, cases: Sequence[Case]) -> list[str]:
    """The currencies a call brought something in; where it brought none, the one it was about, or most invoices are open in.

    What belongs to no currency, as a day to call again, stands in the letter of the first.
    """
    found = {
        *conversation.promises.values_list("currency", flat=True),
        *conversation.disputes.values_list("invoice__currency", flat=True),
        *conversation.plans.values_list("currency", flat=True),
    }
    counts = Counter({case.currency: len(case.invoices) for case in cases})
    main = task.currency if task and task.currency else min(counts, key=lambda code: (-counts[code], code), default="")
    return sorted(found, key=lambda code: (code != main, code)) or ([main] if main else [])


def agreed_on(conversation: Conversation, currency: str, today: datetime.date, *, leads: bool) -> Agreed:
    """What the call brought in one currency and still stands, as JSON. `leads`: with what belongs to no currency."""
    promises = conversation.promises.filter(currency=currency, state=PromiseState.OPEN).order_by("due_on", "id")
    queries = conversation.disputes.filter(invoice__currency=currency, resolved_on=None).select_related("invoice").order_by("id")
    plan = conversation.plans.filter(currency=currency, state__in=ON_OFFER, accept_by__gte=today).order_by("id").last()
    return {
        "leads": leads,
        "promises": [
            {"id": row.pk, "amount": str(row.amount), "due_on": str(row.due_on), "made_on": str(row.made_on)} for row in promises
        ],
        "queries": [
            {
                "id": row.pk,
                "invoice": row.invoice.number,
                "query": row.code,
                "amount": str(row.amount),
                "answer_by": str(row.answer_by) if row.answer_by else None,
            }
            for row in queries
        ],
        "plan": _plan(plan),
        "settlement": _settlement(conversation, currency, today),
        **_beside(conversation, today, leads=leads),
    }


def _plan(plan: PaymentPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    rows = plan.instalments.order_by("position")
    return {"id": plan.pk, "accept_by": str(plan.accept_by), "instalments": [[str(row.due_on), str(row.amount)] for row in rows]}


def _settlement(conversation: Conversation, currency: str, today: datetime.date) -> dict[str, Any] | None:
    """A settlement offered on the day of the call: whoever offers one while they talk does it on its own page."""
    on = conversation.business.local_date(conversation.at)
    rows = Settlement.objects.filter(customer=conversation.customer_id, currency=currency, state=SettlementState.OFFERED)
    row = rows.filter(offered_on=on, accept_by__gte=today).first()
    if row is None:
        return None
    days = {"accept_by": row.accept_by.isoformat(), "pay_by": row.pay_by.isoformat()}
    return {"id": row.pk, "amount": str(row.amount), "total": str(row.total), **days}


def _beside(conversation: Conversation, today: datetime.date, *, leads: bool) -> Agreed:
    """What a call brings in no currency: a day to call again they agreed to, papers, terms, a statement, a day of decision."""
    effects = effects_of(conversation) if leads else frozenset()
    customer, next_on = conversation.customer, conversation.next_on
    decides = Effect.SUMMARY in effects and next_on is not None and next_on >= today
    papers = conversation.claims.filter(how=ClaimCheck.DOCUMENT, result=ClaimResult.OPEN) if leads else None
    callback_on = _callback_on(conversation, today) if leads else None
    terms = customer.terms_days or customer.business.terms_days
    return {
        "callback_on": str(callback_on) if callback_on else None,
        "decide_on": str(next_on) if decides else None,
        "terms_days": terms if Effect.TERMS in effects else 0,
        "statement": Effect.STATEMENT in effects,
        "resend": Effect.RESEND in effects,
        "document": papers is not None and papers.exists(),
    }


def _callback_on(conversation: Conversation, today: datetime.date) -> datetime.date | None:
    """The day they agreed to be called again; a call we only mean to make is not announced."""
    if conversation.callback_consent_until is None:
        return None
    subject = f"conversation:{conversation.pk}"
    calls = Task.objects.filter(customer=conversation.customer_id, kind=TaskKind.CALLBACK, subject=subject, state=TaskState.OPEN)
    return calls.filter(opens_on__gte=today).values_list("opens_on", flat=True).first()


def worth_writing(agreed: Agreed) -> bool:
    """Whether there is anything to confirm."""
    return any(value for name, value in agreed.items() if name != "leads")


def stated(case: Case, agreed: Agreed, today: datetime.date) -> dict[str, Any]:
    """The frozen facts of a confirmation: every open invoice, so that it serves as a statement, and what was agreed.

    What is overdue and free is listed as to pay; of what is not due yet, a part promised or queried stands apart too.
    """
    late = [row for row in case.invoices if row.days_past_due(today) >= 1 and row.askable(today) > 0]
    frozen = frozen_facts(asked_today(late, today), case, today)
    early = frozen["not_due"]
    apart = [row for row in early if Decimal(row["collectable"]) < Decimal(row["total"]) - Decimal(row["paid"])]
    return frozen | {
        "set_aside": [*frozen["set_aside"], *apart],
        "not_due": [row for row in early if Decimal(row["collectable"]) > 0],
        "agreed": agreed,
    }


def restated(letter: Letter, case: Case, today: datetime.date) -> dict[str, Any]:
    """The facts a confirmation would state if it were written today."""
    leads = letter.facts["agreed"]["leads"]
    return letter.facts | stated(case, agreed_on(letter.conversation, letter.currency, today, leads=leads), today)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two confirmations say the same: what was agreed, and each invoice's figures. Days past due grow by themselves."""
    return _said(one) == _said(other)


def _said(facts: Mapping[str, Any]) -> list[Any]:
    rows = [
        (place, row["invoice"], *(Decimal(row.get(name, "0")) for name in AMOUNTS))
        for place in ("lines", "set_aside", "not_due")
        for row in facts[place]
    ]
    return [facts["agreed"], Decimal(facts["unapplied"]), sorted(rows)]


def fallen(letter: Letter) -> str:
    """Says that a promise or an offer the letter confirms stands no longer, or "": then no word of it is true any more."""
    agreed = letter.facts.get("agreed")
    if agreed is None:
        return ""
    promises = [row["id"] for row in agreed["promises"]]
    gone = Promise.objects.filter(pk__in=promises, state__in=FALLEN_PROMISES).exists() if promises else False
    if agreed["plan"] and not gone:
        gone = PaymentPlan.objects.filter(pk=agreed["plan"]["id"], state__in=FALLEN_PLANS).exists()
    if agreed.get("settlement") and not gone:
        gone = not Settlement.objects.filter(pk=agreed["settlement"]["id"], state__in=STANDING_SETTLEMENTS).exists()
    return _("What was agreed on the call stands no longer.") if gone else ""


def outdated(letter: Letter, case: Case | None, today: datetime.date) -> str:
    """Why a confirmation must not go out as it is, or ""."""
    if pointless := fallen(letter) or over(letter, case, today):
        return pointless
    return (
        "" if same(letter.facts, restated(letter, case, today)) else _("What it confirms changed since the letter was written.")
    )


def over(letter: Letter, case: Case | None, today: datetime.date) -> str:
    """Says that nothing of what a confirmation says is still to come, or ""."""
    agreed = letter.facts["agreed"]
    if case and worth_writing(agreed_on(letter.conversation, letter.currency, today, leads=agreed["leads"])):
        return ""
    return _("What it confirms is done.")
