"""Writes what people say about how a customer pays: overrides, alarms seen, answers to advice about credit (domain.md 5)."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.editing import save_customer, set_flags
from customers.models import Customer, Event, User
from invoices.advice_words import hold_words
from invoices.behaviour import observed
from invoices.behaviour_facts import read_known
from invoices.deterioration import laid_anew
from invoices.models import CreditAdvice, CustomerScore, SegmentOverride
from invoices.models.insight import Advice, AdviceState

ACCEPTED = "credit_advice.accepted"


class OverruleError(ValueError):
    """What was said cannot hold; the message says why."""


@transaction.atomic
def set_override(
    *,
    customer: Customer,
    segment: str,
    reason: str,
    on: datetime.date,
    actor: User,
    until: datetime.date | None = None,
) -> SegmentOverride:
    """Treats a customer as of this segment until a day (90 days on, as set), whatever the figures say; an earlier word ends.

    Raises OverruleError without a reason, or where the day has passed.
    """
    until = until or on + datetime.timedelta(days=customer.business.rules["segments"]["override_days"])
    if not reason.strip():
        raise OverruleError(_("Say why: whoever looks at it later will ask."))
    if until <= on:
        raise OverruleError(_("It must hold until a day that is still to come."))
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    customer.segment_overrides.filter(ended_on=None).update(ended_on=on)
    said = {"segment": segment, "reason": reason.strip(), "set_on": on, "expires_on": until, "by": actor}
    row = SegmentOverride.objects.create(business=customer.business, customer=customer, **said)
    _record(customer, "segment.overridden", f"segment_override:{row.pk}", actor, segment=segment, until=until.isoformat())
    return row


@transaction.atomic
def end_override(*, customer: Customer, on: datetime.date, actor: User) -> None:
    """What the figures say counts again. Raises OverruleError where nobody said otherwise."""
    if not customer.segment_overrides.filter(ended_on=None).update(ended_on=on):
        raise OverruleError(_("The figures count already."))
    _record(customer, "segment.override_ended", f"customer:{customer.pk}", actor)


@transaction.atomic
def acknowledge(*, customer: Customer, on: datetime.date, actor: User) -> None:
    """Notes that somebody knows that this customer pays later than before: how they pay now is what is usual from here on.

    Raises OverruleError where no alarm is there, or a night has not scored them yet.
    """
    score = CustomerScore.objects.select_for_update().filter(customer=customer).first()
    if score is None or not score.inputs.get("tests"):
        raise OverruleError(_("There is no alarm to acknowledge."))
    rules, known = customer.business.rules, read_known(customer.business, [customer], on, {})
    baseline = laid_anew(observed(known[customer.pk].facts, rules, on), rules["cusum"])
    score.baseline = baseline.as_json() if baseline else {}
    score.acknowledged_on, score.acknowledged_by = on, actor
    score.save(update_fields=["baseline", "acknowledged_on", "acknowledged_by"])
    _record(customer, "score.acknowledged", f"customer:{customer.pk}", actor, tests=score.inputs["tests"])


@transaction.atomic
def accept_advice(*, advice: CreditAdvice, on: datetime.date, actor: User) -> CreditAdvice:
    """Does what is suggested: sets the hold with its reasons, ends it, or changes the limit.

    Raises OverruleError once answered, and where the hold is so already.
    """
    row = _open(advice)
    customer, note = row.customer, ""
    if row.kind == Advice.LIMIT:
        change = [_plain(customer), format_plain(row.amount, row.currency)]
        _set_limit(customer, row.amount, actor)
    else:
        hold, note = row.kind == Advice.HOLD, customer.hold_reason
        if customer.on_hold == hold:
            # Somebody set it by hand since: done again, it would lose their reason, and taking it back would undo their act.
            raise OverruleError(_("They are on hold already.") if hold else _("They are not on hold any more."))
        change = [customer.on_hold, hold]
        _set_hold(customer, hold, hold_words(row) if hold else "", actor)
    _answer(row, AdviceState.ACCEPTED, on, actor, note=note)
    about = {"advice": row.kind, "before": change[0], "after": change[1]}
    _record(customer, ACCEPTED, f"credit_advice:{row.pk}", actor, **about)
    return row


@transaction.atomic
def decline_advice(
    *, advice: CreditAdvice, on: datetime.date, actor: User, note: str = "", until: datetime.date | None = None
) -> CreditAdvice:
    """Leaves it as it is; for the same reasons it is not suggested again before a day (90 days on, as set).

    Raises OverruleError once answered; where the day has passed; where a hold is refused without a reason (domain.md 5.3).
    """
    row = _open(advice)
    until = until or on + datetime.timedelta(days=row.customer.business.rules["segments"]["decline_days"])
    if row.kind == Advice.HOLD and not note.strip():
        raise OverruleError(_("Say why they are supplied on credit all the same."))
    if until <= on:
        raise OverruleError(_("It must hold until a day that is still to come."))
    _answer(row, AdviceState.DECLINED, on, actor, note=note.strip(), until=until)
    said = {"advice": row.kind, "until": until.isoformat()}
    _record(row.customer, "credit_advice.declined", f"credit_advice:{row.pk}", actor, **said)
    return row


@transaction.atomic
def take_back_answer(*, advice: CreditAdvice, actor: User) -> CreditAdvice:
    """The advice waits again, and what accepting it changed is as before.

    Raises OverruleError where it is no answer of a person, another of its kind waits, or the customer was changed since.
    """
    row = CreditAdvice.objects.select_for_update(of=("self",)).select_related("customer__business").get(pk=advice.pk)
    if row.state not in (AdviceState.ACCEPTED, AdviceState.DECLINED):
        raise OverruleError(_("Nobody answered it."))
    if CreditAdvice.objects.filter(customer=row.customer_id, kind=row.kind, state=AdviceState.OPEN).exists():
        raise OverruleError(_("The same is suggested anew: answer that one."))
    if row.state == AdviceState.ACCEPTED:
        _restore(row, actor)
    _answer(row, AdviceState.OPEN, None, None)
    _record(row.customer, "credit_advice.reopened", f"credit_advice:{row.pk}", actor, advice=row.kind)
    return row


def _restore(row: CreditAdvice, actor: User) -> None:
    """Puts back what was before it was accepted: a limit from the log, a hold with the reason kept in the note."""
    customer = row.customer
    if row.kind == Advice.LIMIT:
        if customer.credit_limit != row.amount:
            raise OverruleError(_("Their limit was changed since."))
        told = Event.objects.filter(business=row.business_id, subject=f"credit_advice:{row.pk}", kind=ACCEPTED)
        before = told.order_by("-id").values_list("data", flat=True)[0]["before"]
        _set_limit(customer, None if before is None else Decimal(before), actor)
        return
    if customer.on_hold != (row.kind == Advice.HOLD):
        raise OverruleError(_("Their hold was changed since."))
    _set_hold(customer, row.kind == Advice.RELEASE, row.note, actor)


def _set_hold(customer: Customer, hold: bool, reason: str, actor: User) -> None:
    set_flags(customer=customer, values={"on_hold": hold, "hold_reason": reason[:200]}, actor=actor)


def _set_limit(customer: Customer, limit: Decimal | None, actor: User) -> None:
    customer.credit_limit = limit
    save_customer(customer=customer, changed=["credit_limit"], actor=actor)


def _open(advice: CreditAdvice) -> CreditAdvice:
    """The row, locked; whoever comes second is told."""
    rows = CreditAdvice.objects.select_for_update(of=("self",)).select_related("customer__business")
    row = rows.get(pk=advice.pk)
    if row.state != AdviceState.OPEN:
        raise OverruleError(_("It was answered already, or is no longer needed."))
    return row


def _answer(row: CreditAdvice, state: AdviceState, on: datetime.date | None, by: User | None, **more: Any) -> None:
    values = {"state": state, "answered_on": on, "answered_by": by, "note": "", "until": None} | more
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=values)


def _plain(customer: Customer) -> str | None:
    """Their limit, which is in the business's currency."""
    limit = customer.credit_limit
    return None if limit is None else format_plain(limit, customer.business.currency)


def _record(customer: Customer, kind: str, subject: str, actor: User, **data: Any) -> None:
    log.record(customer.business, kind, subject, customer=customer, actor=actor, **data)
