"""Keeps what a night decided: the latest word on each case, and the day to look at each invoice again."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arcollect.rows import insert_rows
from customers.models import Business, Customer
from reminders.cases import Case, Decision, Fire, Setting, Skip, Wait
from reminders.models import LastDecision, Verdict, Watch

VERDICTS = {Fire: Verdict.FIRE, Wait: Verdict.WAIT, Skip: Verdict.SKIP}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was decided for one case: the decisions of dunning and courtesy, and the day to look at each invoice again."""

    customer: Customer
    case: Case
    setting: Setting
    decisions: tuple[Decision, ...]
    next_looks: Mapping[int, datetime.date]

    @property
    def fires(self) -> list[Fire]:
        return [decision for decision in self.decisions if isinstance(decision, Fire)]


def remember(business: Business, verdicts: Iterable[Verdicts], today: datetime.date) -> None:
    """Keeps the latest word on each case; the dunning decision speaks where both fired. `until`: the end of the wait, or the
    day of the next step."""
    rows = []
    for verdict in verdicts:
        decision = next((one for one in verdict.decisions if isinstance(one, Fire)), verdict.decisions[0])
        rows.append(
            LastDecision(
                business=business,
                customer=verdict.customer,
                currency=verdict.case.currency,
                decided_on=today,
                verdict=VERDICTS[type(decision)],
                step=decision.step if isinstance(decision, Fire) else "",
                rule=decision.rule,
                reason=decision.reason,
                until=decision.until if isinstance(decision, Wait) else getattr(decision, "next_on", None),
            )
        )
    LastDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["customer", "currency"],
        update_fields=["decided_on", "verdict", "step", "rule", "reason", "until"],
        batch_size=1000,
    )


def watch(business: Business, verdicts: Iterable[Verdicts]) -> None:
    """Keeps the day on which each invoice is to be looked at next."""
    rows = [(pk, business.pk, day.isoformat()) for verdict in verdicts for pk, day in verdict.next_looks.items()]
    # In the order of their keys they lie together in the index: half the work for the database.
    insert_rows(Watch, ("invoice", "business", "next_look_on"), sorted(rows), keep="invoice")
