"""What is said of forecasts: what one rests on, and how good they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from invoices.cash_forecast import Source
from invoices.forecast_quality import DUE_DATE, MEDIAN, MODEL


def rests_words(rests: Mapping[str, Any]) -> str:
    """ "12 payments of theirs, usually 5 days late; 2 invoices overdue"."""
    count, overdue = rests.get("payments", 0), rests.get("overdue", 0)
    if count:
        paid = ngettext("%(n)d payment of theirs, %(usual)s", "%(n)d payments of theirs, %(usual)s", count)
        words = [paid % {"n": count, "usual": usual_words(rests.get("usual") or 0)}]
    else:
        words = [gettext("no payment of theirs yet: what others do")]
    if overdue:
        words.append(ngettext("%(n)d invoice overdue", "%(n)d invoices overdue", overdue) % {"n": overdue})
    return "; ".join(words)


def usual_words(days: int) -> str:
    """When somebody usually pays."""
    if days > 0:
        return ngettext("usually %(n)d day late", "usually %(n)d days late", days) % {"n": days}
    if days < 0:
        return ngettext("usually %(n)d day early", "usually %(n)d days early", -days) % {"n": -days}
    return gettext("usually on the day")


def source_words(source: str) -> str:
    """What an expected day of cash rests on."""
    return {
        Source.INSTALMENT: gettext("Signed plan"),
        Source.PROMISE: gettext("Promise"),
        Source.HISTORY: gettext("How they paid before"),
        Source.AGEING: gettext("Age of the invoice"),
    }[Source(source)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good one way to forecast was: figures between 0 and 1 in whole per cent, days to one decimal, "" where unknown."""

    name: str
    label: str
    right: str
    days_off: str
    within: str
    auc: str


def judgements(figures: Mapping[str, Any]) -> list[Judgement]:
    """The forecast, then the simple guesses beside it."""
    labels = {
        MODEL: gettext("The forecast"),
        MEDIAN: gettext("“They pay as they usually do”"),
        DUE_DATE: gettext("“All pay on the due date”"),
    }
    return [_judgement(name, label, figures[name]) for name, label in labels.items() if name in figures]


def _judgement(name: str, label: str, found: Mapping[str, Any]) -> Judgement:
    return Judgement(
        name,
        label,
        right=percent(found["accuracy"]),
        days_off=_number(found["days_off"], 1),
        within=percent(found["within"]) if name == MODEL else "",
        auc=_number(found["auc"], 2),
    )


def percent(share: float | None) -> str:
    return "" if share is None else f"{round(share * 100)} %"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
