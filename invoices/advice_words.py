"""Says in words what is suggested about a customer's credit, and why (domain.md 5.2, 5.3)."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.filters import money
from invoices.credit_advice import HOLD_WORDS, HoldReason
from invoices.models import CreditAdvice
from invoices.models.insight import Advice, Segment, SubType


def advice_words(row: CreditAdvice) -> str:
    """What is suggested, as one short sentence."""
    if row.kind == Advice.LIMIT:
        return _("Credit limit %(amount)s.") % {"amount": money(row.amount, row.currency)}
    return _("Stop supplying on credit.") if row.kind == Advice.HOLD else _("Supply on credit again.")


def reasons_of(row: CreditAdvice) -> list[str]:
    """Why, one sentence a reason."""
    if row.kind == Advice.RELEASE:
        return [_("None of the reasons for a hold is there any more.")]
    return sentences(row.reasons)


def hold_words(row: CreditAdvice) -> str:
    """The reasons together, as they are kept with the hold."""
    return " ".join(reasons_of(row))


def sentences(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored reasons as sentences, one each."""
    return list(_said(reasons))


def _said(reasons: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for reason in reasons:
        if reason["code"] == "segment":
            yield _("What they buy and how they pay: %(segment)s.") % {
                "segment": segment_words(reason["segment"], reason["sub_type"])
            }
            continue
        figures = dict(reason)
        for name in ("owed", "limit"):
            if name in figures:
                figures[name] = money(Decimal(figures[name]), figures["currency"])
        yield str(HOLD_WORDS[HoldReason(reason["code"])]) % figures


def segment_words(segment: str, sub_type: str = "") -> str:
    """The segment as people read it, with whose fault the queries are."""
    words = str(Segment(segment).label)
    return f"{words}: {SubType(sub_type).label}" if sub_type else words
