"""Weighs what a customer proposes: what to verify before its owner decides, and whether to go on trading (P20)."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.claims import COUNTED, found_false
from customers.models import Claim
from customers.models.claim import ClaimResult
from invoices.account import kept_promises
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanState, Proposer
from invoices.plans import Limits, Schedule
from invoices.standing import NOTHING


class Says(StrEnum):
    """What one look at the customer says of a proposal; ASK: nobody knows yet, so find out first."""

    FOR = "for"
    AGAINST = "against"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Facts:
    """What we know of who proposes. `first_share`: of their plan that comes with the first payment; `wanted`: what we ask.

    `soon`: whether that first payment comes as early as we ask.
    `kept` of `settled` promises; plans `completed` and `defaulted`; what they said within 180 days found `true` or `untrue`;
    `unchecked`: id of a claim nobody checked yet, 0 for none.
    """

    first_share: Decimal
    wanted: Decimal
    soon: bool = True
    kept: int = 0
    settled: int = 0
    completed: int = 0
    defaulted: int = 0
    true: int = 0
    untrue: int = 0
    unchecked: int = 0
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: what it says, and the address where more is found or done ("" for none; 0: of the customer)."""

    says: Says
    words: str
    door: str = ""
    pk: int = 0
    button: str = ""


def is_proposal(plan: PaymentPlan) -> bool:
    """Whether a customer proposed it and nobody answered yet."""
    return plan.state == PlanState.DRAFT and plan.proposed_by == Proposer.CUSTOMER


def ours_before(plan: PaymentPlan) -> PaymentPlan | None:
    """What we had offered last when they proposed something else."""
    if plan.replaces is not None:
        return plan.replaces
    mine = PaymentPlan.objects.filter(customer=plan.customer_id, currency=plan.currency, proposed_by=Proposer.CREDITOR)
    return mine.filter(pk__lt=plan.pk, offered_on__isnull=False).prefetch_related("instalments").order_by("-pk").first()


def facts_about(plan: PaymentPlan, schedule: Schedule, limits: Limits, today: datetime.date) -> Facts:
    """Everything the list rests on, in six queries."""
    customer = plan.customer
    kept, settled = kept_promises(customer)
    earlier = list(customer.plans.exclude(pk=plan.pk).values_list("state", flat=True))
    claims = Claim.objects.filter(customer=customer)
    total = sum((amount for _day, amount in schedule), NOTHING)
    return Facts(
        first_share=schedule[0][1] / total,
        wanted=limits.first_share,
        soon=schedule[0][0] <= today + datetime.timedelta(days=limits.first_within_days),
        kept=kept,
        settled=settled,
        completed=earlier.count(PlanState.COMPLETED),
        defaulted=earlier.count(PlanState.DEFAULTED),
        true=claims.filter(result=ClaimResult.TRUE, checked_on__gt=today - COUNTED).count(),
        untrue=found_false(customer, today),
        unchecked=claims.filter(result=ClaimResult.OPEN).order_by("check_by").values_list("pk", flat=True).first() or 0,
        on_hold=customer.on_hold,
    )


def weigh(facts: Facts) -> list[Check]:
    """What speaks for and against the proposal, and what to find out before deciding (P20)."""
    return [_first_payment(facts), _word(facts), *_plans(facts), *_truth(facts), _trade(facts)]


def _first_payment(facts: Facts) -> Check:
    shares = {"theirs": round(facts.first_share * 100), "ours": round(facts.wanted * 100)}
    if facts.first_share >= facts.wanted and not facts.soon:
        words = _("Their first payment comes later than you ask for: ask what they can pay today.")
        return Check(Says.AGAINST, words, "customer-call", 0, _("Call them"))
    if facts.first_share >= facts.wanted:
        return Check(Says.FOR, _("They start with %(theirs)s %%: that shows they mean it.") % shares)
    words = _("They start with %(theirs)s %%, you ask for %(ours)s %%: ask what they can pay today.")
    return Check(Says.AGAINST, words % shares, "customer-call", 0, _("Call them"))


def _word(facts: Facts) -> Check:
    counts = {"kept": facts.kept, "n": facts.settled}
    if not facts.settled:
        return Check(Says.ASK, _("They never promised anything yet: a payment today would be the first sign."))
    words = ngettext("They kept %(kept)s of %(n)s promise.", "They kept %(kept)s of %(n)s promises.", facts.settled) % counts
    return Check(Says.FOR if facts.kept * 2 > facts.settled else Says.AGAINST, words)


def _plans(facts: Facts) -> list[Check]:
    found = []
    if facts.defaulted:
        words = ngettext("%(n)s plan of theirs ended unpaid.", "%(n)s plans of theirs ended unpaid.", facts.defaulted)
        found.append(Check(Says.AGAINST, words % {"n": facts.defaulted}))
    if facts.completed:
        words = ngettext("%(n)s plan of theirs was paid in full.", "%(n)s plans of theirs were paid in full.", facts.completed)
        found.append(Check(Says.FOR, words % {"n": facts.completed}))
    return found


def _truth(facts: Facts) -> list[Check]:
    found = []
    if facts.untrue:
        words = ngettext(
            "%(n)s thing they said turned out not to be true.", "%(n)s things they said turned out not to be true.", facts.untrue
        )
        found.append(Check(Says.AGAINST, words % {"n": facts.untrue}))
    if facts.unchecked:
        words = _("Something they said is not checked yet.")
        found.append(Check(Says.ASK, words, "claim-check", facts.unchecked, _("Note what was found")))
    if facts.true:
        found.append(Check(Says.FOR, _("What they said was checked, and it was true.")))
    elif not facts.unchecked:
        words = _("Why can they not pay more? Ask for something that shows it: a cash forecast, a letter of their bank, orders.")
        found.append(Check(Says.ASK, words, "claim-add", 0, _("Have it checked")))
    return found


def _trade(facts: Facts) -> Check:
    if facts.on_hold:
        return Check(Says.FOR, _("They are on credit hold: the debt does not grow while you decide."))
    words = _("Do you go on supplying them? Until you have decided, only against cash.")
    return Check(Says.ASK, words, "customer-flags", 0, _("Put them on hold"))
