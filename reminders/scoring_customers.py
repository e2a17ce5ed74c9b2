"""Scores customers in the night: writes how each pays, opens and lets lapse what to suggest about their credit (domain.md 5)."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Customer, Event
from invoices.behaviour import Verdict, segment
from invoices.behaviour_facts import Known, in_batches
from invoices.credit_advice import Advised, Outlook, advise, look_ahead
from invoices.models import CreditAdvice, CustomerScore
from invoices.models.insight import AdviceState
from invoices.segments import overrides
from reminders.behaviour_facts import known_of
from reminders.halving import by_halves

BATCH = 500
NAMED = 20
WRITTEN = ["segment", "sub_type", "rule", "inputs", "baseline", "since", "scored_on"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A customer with tonight's verdict, what fits their credit, and what of that to suggest."""

    known: Known
    verdict: Verdict
    outlook: Outlook
    advised: Sequence[Advised]

    @property
    def customer(self) -> Customer:
        return self.known.customer


class NotScored(Exception):
    """Some customers could not be scored; the message names them."""


def score_customers(business: Business, today: datetime.date, after: int = 0) -> Iterator[int]:
    """Scores the customers with a greater id than `after` that were not merged away, 500 at a time, and yields the last id of
    each time. Safe to repeat the same night.

    Raises NotScored once all others are done, where some could not be: of any batch of the night, also of one before `after`.
    """
    for batch in in_batches(business, BATCH, after):
        rows = {customer.pk: customer for customer in batch}

        def work(ids: Sequence[int], rows: Mapping[int, Customer] = rows) -> None:
            score_some(business=business, customers=[rows[pk] for pk in ids], today=today)

        by_halves(work, list(rows))
        yield batch[-1].pk
    # Who came in today may have come after the batch with their id; the next night scores them.
    left = Customer.objects.filter(business=business, merged_into=None, created_at__date__lt=today)
    left = left.exclude(score__scored_on__gte=today)
    if missing := list(left.order_by("pk").values_list("reference", flat=True)[:NAMED]):
        raise NotScored(", ".join(missing))


def score_some(*, business: Business, customers: Sequence[Customer], today: datetime.date) -> int:
    """Scores these customers, whose `business` is loaded; how many they are."""
    judged = judge(business, customers, today)
    _write(business, judged, today)
    return len(judged)


def judge(business: Business, customers: Sequence[Customer], today: datetime.date) -> list[Judged]:
    """How each of them pays as of a day, and what follows for their credit. Writes nothing; a fixed number of queries.

    The advice goes by the segment the owner set, where they did.
    """
    rules, known = business.rules, known_of(business, customers, today)
    by_owner = {row.customer_id: row.segment for row in overrides(business, list(known), today)}
    found = []
    for pk, one in known.items():
        verdict = segment(one.facts, rules, today)
        name = by_owner.get(pk, verdict.segment)
        sub_type = verdict.sub_type if name == verdict.segment else ""
        outlook = look_ahead(one.facts, one.credit, name, sub_type, rules, today)
        found.append(Judged(one, verdict, outlook, advise(outlook, one.credit, name, sub_type)))
    return found


@transaction.atomic
def _write(business: Business, judged: Iterable[Judged], today: datetime.date) -> None:
    by_id = {one.customer.pk: one for one in judged}
    scores = {row.customer_id: row for row in CustomerScore.objects.select_for_update().filter(customer__in=by_id)}
    for pk, row in scores.items():
        # Acknowledged since it was read, or a later night was here: that one counts.
        if row.acknowledged_on != by_id[pk].known.facts.acknowledged_on or row.scored_on > today:
            del by_id[pk]
    events = []
    for pk, one in by_id.items():
        before, sub_type = (scores[pk].segment, scores[pk].sub_type) if pk in scores else ("", "")
        data = {"before": before, "segment": str(one.verdict.segment), "rule": one.verdict.rule}
        if before != one.verdict.segment:
            events.append(_event(business, "score.changed", f"customer:{pk}", one.customer, data))
        elif sub_type != one.verdict.sub_type:
            data |= {"sub_type": str(one.verdict.sub_type)}
            events.append(_event(business, "score.queries_changed", f"customer:{pk}", one.customer, data))
    rows = [score_of(one, scores.get(pk), today) for pk, one in by_id.items()]
    CustomerScore.objects.bulk_create(rows, update_conflicts=True, unique_fields=["customer"], update_fields=WRITTEN)
    events += _write_advices(business, by_id, today)
    log.record_many(business, events)


def score_of(one: Judged, before: CustomerScore | None, today: datetime.date) -> CustomerScore:
    """The row to be stored, unsaved; `before`: that of the night before."""
    verdict = one.verdict
    return CustomerScore(
        business=one.customer.business,
        customer=one.customer,
        segment=verdict.segment,
        sub_type=verdict.sub_type,
        rule=verdict.rule,
        inputs=verdict.inputs | {"credit": one.outlook.as_json(one.known.credit)},
        baseline=verdict.baseline.as_json() if verdict.baseline else {},
        since=before.since if before and before.segment == verdict.segment else today,
        scored_on=today,
    )


def _write_advices(business: Business, judged: Mapping[int, Judged], today: datetime.date) -> list[Event]:
    """Opens, brings up to date, or lets lapse what waits for the owner; what they declined is not suggested again before its day.

    Returns the events of what changed.
    """
    rows = CreditAdvice.objects.filter(business=business, customer__in=judged)
    waiting = {(row.customer_id, row.kind): row for row in rows.filter(state=AdviceState.OPEN).select_for_update()}
    declined = rows.filter(state=AdviceState.DECLINED, until__gte=today).order_by("pk")
    refused = {(row.customer_id, row.kind): row for row in declined}
    wanted = {(pk, new.kind): new for pk, one in judged.items() for new in one.advised}
    events, fresh, moved = [], [], []
    for (pk, kind), row in waiting.items():
        if (pk, kind) not in wanted:
            row.state, row.answered_on = AdviceState.LAPSED, today
            moved.append(row)
            events.append(advice_event("credit_advice.lapsed", row, judged[pk].customer))
    for (pk, kind), new in wanted.items():
        row = waiting.get((pk, kind))
        if row is not None:
            if _is_other(row, new):
                events.append(advice_event("credit_advice.changed", row, judged[pk].customer, new))
            row.amount, row.reasons = new.amount, list(new.reasons)
            moved.append(row)
        elif not _was_refused(refused.get((pk, kind)), new):
            fresh.append(_advice(judged[pk].customer, new, today))
    CreditAdvice.objects.bulk_update(moved, ["amount", "reasons", "state", "answered_on"])
    CreditAdvice.objects.bulk_create(fresh)
    return events + [advice_event("credit_advice.opened", row, row.customer) for row in fresh]


def _advice(customer: Customer, new: Advised, today: datetime.date) -> CreditAdvice:
    what = {"kind": new.kind, "currency": new.currency, "amount": new.amount, "reasons": list(new.reasons)}
    return CreditAdvice(business=customer.business, customer=customer, made_on=today, **what)


def _is_other(row: CreditAdvice, new: Advised) -> bool:
    """Whether something else is suggested, or for other reasons; that a day more has passed is nothing new."""
    return row.amount != new.amount or _causes(row.reasons) != _causes(new.reasons)


def _was_refused(row: CreditAdvice | None, new: Advised) -> bool:
    """Whether the owner said no to it, and nothing was added to its reasons since."""
    return row is not None and _causes(new.reasons) <= _causes(row.reasons)


def _causes(reasons: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    """What the reasons are, without their figures: who pays in another way than before is a reason of its own."""
    return {(reason["code"], reason.get("segment", ""), reason.get("sub_type", "")) for reason in reasons}


def advice_event(kind: str, row: CreditAdvice, customer: Customer, new: Advised | None = None) -> Event:
    """An unsaved Event about what is suggested: the kind, the codes of its reasons, the amount."""
    amount, codes = (new.amount, new.codes) if new else (row.amount, {reason["code"] for reason in row.reasons})
    data: dict[str, Any] = {"advice": str(row.kind), "reasons": sorted(codes)}
    if amount is not None:
        data |= {"amount": format_plain(amount, row.currency), "currency": row.currency}
    return _event(row.business, kind, f"credit_advice:{row.pk}", customer, data)


def _event(business: Business, kind: str, subject: str, customer: Customer, data: Mapping[str, Any]) -> Event:
    return Event(business=business, kind=kind, subject=subject, customer=customer, data=dict(data))
