"""The report of how customers pay: as the last night stored it, of a day before it as the ledger tells (domain.md 5)."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Max

from arcollect.money import format_plain
from customers.models import Business
from invoices.advice_words import sentences
from invoices.behaviour_facts import in_batches
from invoices.behaviour_words import why
from invoices.models import CustomerScore, SegmentOverride
from invoices.models.insight import Segment
from invoices.segments import in_force
from reminders.reports.report import Report
from reminders.scoring_customers import BATCH, judge, score_of

Row = tuple[int, dict[str, Any]]

COLUMNS = [
    *("customer", "name", "segment", "sub_type", "rule", "reason", "since", "scored_on", "override", "override_until"),
    *("currency", "limit_suggested", "hold", "hold_reasons", "inputs"),
]


def segments(business: Business, as_of: datetime.date) -> Report:
    """How each customer paid by that day: segment, rule, since, the owner's word, what fits their credit, and the inputs.

    Of a day before the last night, or where no night was yet, it is computed from the ledger, as far as that tells the past.
    """
    held = {row.customer_id: row for row in in_force(business, as_of)}
    scores = CustomerScore.objects.filter(business=business, customer__merged_into=None)
    last = scores.aggregate(last=Max("scored_on"))["last"]
    stored = last is not None and last <= as_of
    found = list(_stored(business, held) if stored else _computed(business, as_of, held))
    found.sort(key=lambda pair: pair[1]["customer"])
    rows = [row for _pk, row in found]
    counts = Counter(row["segment"] for row in rows)
    whole = {"customers": len(rows)} | {segment.value: counts[segment.value] for segment in Segment}
    return Report("Segments", {}, "segments", COLUMNS, rows, whole, [("customer-detail", pk) for pk, _row in found])


def _stored(business: Business, held: Mapping[int, SegmentOverride]) -> Iterator[Row]:
    rows = CustomerScore.objects.filter(business=business, customer__merged_into=None).select_related("customer")
    for score in rows.order_by("pk").iterator(chunk_size=2000):
        yield score.customer_id, _row(score, held.get(score.customer_id), score.since.isoformat())


def _computed(business: Business, as_of: datetime.date, held: Mapping[int, SegmentOverride]) -> Iterator[Row]:
    """Since when it was so is not known of a day gone by."""
    for batch in in_batches(business, BATCH):
        for one in judge(business, batch, as_of):
            score = score_of(one, None, as_of)
            yield score.customer_id, _row(score, held.get(score.customer_id), None)


def _row(score: CustomerScore, override: SegmentOverride | None, since: str | None) -> dict[str, Any]:
    credit = score.inputs.get("credit", {})
    limit, currency = credit.get("limit"), credit.get("currency", "")
    return {
        "customer": score.customer.reference,
        "name": score.customer.name,
        "segment": str(score.segment),
        "sub_type": str(score.sub_type),
        "rule": score.rule,
        "reason": " ".join(why(score)),
        "since": since,
        "scored_on": score.scored_on.isoformat(),
        "override": override.segment if override else "",
        "override_until": override.expires_on.isoformat() if override else None,
        "currency": currency,
        "limit_suggested": None if limit is None else format_plain(limit, currency),
        "hold": " ".join(reason["code"] for reason in credit.get("hold", ())),
        "hold_reasons": " ".join(sentences(credit.get("hold", ()))),
        "inputs": score.inputs,
    }
