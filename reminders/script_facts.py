"""Reads what the script of a call says of one customer: the figures of whatever the call is about (domain.md 4.3)."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from arcollect.filters import day, money
from arcollect.phones import show_phone
from customers.call_texts import scripts_of
from customers.models import Customer, Membership, Task, User
from customers.models.business import Role
from invoices.account import Position
from invoices.models import Dispute, Instalment
from invoices.models.agreement import PromiseState
from invoices.models.insight import Segment, SubType
from invoices.models.portal import SatisfactionAnswer
from invoices.offering import barred_accounts
from invoices.segments import Treated
from invoices.standing import NOTHING
from reminders.letter_words import labels
from reminders.models import FollowUp
from reminders.scripts import Script, ScriptFacts, occasion_of, script_for
from reminders.treatments import kind_of

NOT_KEPT = [PromiseState.BROKEN, PromiseState.PARTIAL]
# Who will not pay is given so many business days (domain.md 4.3).
NAMED_DAYS = 5


def script_of(
    customer: Customer,
    task: Task | None,
    caller: User,
    standing: Sequence[Position],
    main: Position | None,
    contact: str,
    today: datetime.date,
    treated: Treated | None = None,
) -> Script:
    """The words of the call, every figure filled in, in a fixed number of queries for each occasion."""
    days = main.days_late if main else 0
    occasion = occasion_of(task.kind, task.subject, days) if task else occasion_of("", "", days)
    found = _general(customer, caller, main, contact, today) | _treated(treated)
    if task is not None and occasion in ABOUT:
        found |= ABOUT[occasion](customer, task, standing, today)
    return script_for(occasion, customer.approach, ScriptFacts(**found), scripts_of(customer.business))


def _general(customer: Customer, caller: User, main: Position | None, contact: str, today: datetime.date) -> dict[str, Any]:
    """Who calls, and what is open."""
    business = customer.business
    asked = [one for one in main.invoices if one.days_past_due > 0 and one.collectable] if main else []
    rows = asked or (list(main.invoices) if main else [])
    soft = business.rules["contact"]["soft"]
    return {
        "caller": caller.get_full_name() or business.signatory or business.name,
        "company": business.name,
        "contact": contact,
        "first": contact.split(" ")[0],
        "phone": show_phone(business.phone, customer.country or business.country),
        "opens": soft[0],
        "closes": soft[1],
        "number": rows[0].row.number if len(rows) == 1 else "",
        "invoices": _count(len(rows), rows[0].row.number if rows else ""),
        "sum": money(main.collectable or main.owed, main.currency) if main and rows else "",
        "days": max((one.days_past_due for one in asked), default=0),
        "due": day(rows[0].row.due_on) if rows else "",
        "plan_barred": bool(main) and (customer.pk, main.currency) in barred_accounts([customer.pk], business.rules, today),
        "deadline": day(customer.calendar.add(today, NAMED_DAYS)),
        **_colleagues(customer, caller),
    }


def _treated(treated: Treated | None) -> dict[str, bool]:
    kind = kind_of(treated)
    return {"stretches": kind == Segment.STRETCHER, "late_queries": kind == SubType.TACTICAL}


def _colleagues(customer: Customer, caller: User) -> dict[str, str]:
    """The owner, and somebody else who can be asked for, where they gave their names."""
    members = Membership.objects.filter(business=customer.business).select_related("user").order_by("pk")
    named = [(row.role, row.user.pk, row.user.get_full_name()) for row in members if row.user.get_full_name()]
    return {
        "owner": next((name for role, _pk, name in named if role == Role.OWNER), ""),
        "colleague": next((name for _role, pk, name in named if pk != caller.pk), ""),
    }


def _of_promise(customer: Customer, task: Task, standing: Sequence[Position], today: datetime.date) -> dict[str, Any]:
    """The promise the task names; of a task that names none, the one that was last not kept."""
    pk = _named(task)
    rows = (
        customer.promises.filter(pk=pk) if pk else customer.promises.filter(state__in=NOT_KEPT).order_by("-evaluated_on", "-id")
    )
    row = rows.first()
    if row is None:
        return {}
    figures = {"promised": money(row.amount, row.currency), "promised_by": day(row.due_on), "made": day(row.made_on)}
    if row.state == PromiseState.PARTIAL:
        figures["missing"] = money(row.amount - row.received, row.currency)
    return figures


def _of_query(customer: Customer, task: Task, standing: Sequence[Position], today: datetime.date) -> dict[str, Any]:
    """The invoice of the query, how it ended, and what of that invoice may be asked for now."""
    row = Dispute.objects.filter(customer=customer, pk=_named(task)).select_related("invoice").first()
    if row is None:
        return {}
    free = sum((one.collectable for position in standing for one in position.invoices if one.row.pk == row.invoice_id), NOTHING)
    return {
        "number": row.invoice.number,
        "sum": money(free, row.invoice.currency) if free else "",
        "outcome": labels(customer.business.language)["outcomes"].get(row.outcome, ""),
    }


def _of_instalment(customer: Customer, task: Task, standing: Sequence[Position], today: datetime.date) -> dict[str, Any]:
    """The instalment that is missing, the day the letter about it named, and what falls due where the plan ends."""
    row = Instalment.objects.filter(plan__customer=customer, pk=_named(task)).select_related("plan").first()
    if row is None:
        return {}
    currency = row.plan.currency
    unpaid = sum((amount - paid for amount, paid in row.plan.instalments.values_list("amount", "paid")), NOTHING)
    follow_up = FollowUp.objects.filter(customer=customer, subject=task.subject).select_related("letter").first()
    written = follow_up.letter.facts["instalment"]["cure_by"] if follow_up and follow_up.letter else None
    cure = datetime.timedelta(days=customer.business.rules["plan"]["cure_days"])
    return {
        "instalment": str(row.position),
        "missing": money(row.amount - row.paid, currency),
        "missed_on": day(row.due_on),
        "cure": day(datetime.date.fromisoformat(written) if written else today + cure),
        "remaining": money(unpaid, currency),
    }


def _named(task: Task) -> int:
    """The id in the subject of the task: "promise:12" -> 12; 0 where it names no row."""
    number = task.subject.partition(":")[2]
    return int(number) if number.isdigit() else 0


def _count(count: int, number: str) -> str:
    """ "invoice INV-7", "3 invoices", "" for none."""
    if not count:
        return ""
    return _("invoice %(number)s") % {"number": number} if count == 1 else _("%(count)s invoices") % {"count": count}


def _of_delivery(customer: Customer, task: Task, standing: Sequence[Position], today: datetime.date) -> dict[str, Any]:
    """What they answered to the satisfaction letter about what is open, if they did: the call need not ask it again (P16)."""
    ids = [one.row.pk for position in standing for one in position.invoices]
    row = customer.satisfactions.filter(invoice__in=ids).first()
    if row is None or row.answer == SatisfactionAnswer.ADDRESS:
        return {}
    return {str(row.answer): day(customer.business.local_date(row.at))}


Reader = Callable[[Customer, Task, Sequence[Position], datetime.date], dict[str, Any]]
# What a script says of more than the account, by its occasion.
ABOUT: dict[str, Reader] = {
    "COURTESY": _of_delivery,
    "BROKEN_PROMISE": _of_promise,
    "DISPUTE_SOLVED": _of_query,
    "PLAN_DEFAULT": _of_instalment,
}
