"""Facts about how a customer pays, told briefly: only what a test names."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from arcollect.defaults import DEFAULTS
from invoices.behaviour import Verdict, segment
from invoices.behaviour_cases import Contested, Facts, Kept, Settled, Talk, Traces, Unpaid

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def paid(
    *days_late: int, amount: str = "100", terms: int = 30, reminded: Mapping[int, int] | None = None, ago: int = 0
) -> tuple[Settled, ...]:
    """Invoices due every ten days, all paid `ago` days ago or before; `reminded`: place -> days before it was paid."""
    reminded = reminded or {}
    last = TODAY - (max([*days_late, 0]) + 1 + ago) * DAY
    dues = [last - 10 * (len(days_late) - 1 - place) * DAY for place in range(len(days_late))]
    return tuple(
        Settled(
            1 + place,
            due,
            due + late * DAY,
            Decimal(amount),
            "USD",
            terms,
            due + (late - reminded[place]) * DAY if place in reminded else None,
        )
        for place, (due, late) in enumerate(zip(dues, days_late, strict=True))
    )


def open_for(*days: int, amount: str = "100", disputed: str = "0") -> tuple[Unpaid, ...]:
    """Open invoices, so many days past due each."""
    return tuple(
        Unpaid(900 + place, TODAY - late * DAY, Decimal(amount), "USD", Decimal(disputed)) for place, late in enumerate(days)
    )


def judged(*states: str, every: int = 20) -> tuple[Kept, ...]:
    """Promises judged so many days apart, the last of them today."""
    return tuple(Kept(state, TODAY - every * (len(states) - 1 - place) * DAY) for place, state in enumerate(states))


def contested(outcomes: Iterable[str], after_due: bool = False) -> tuple[Contested, ...]:
    """One query about an invoice each, raised before or after it was due."""
    issued, due = TODAY - 90 * DAY, TODAY - 60 * DAY
    opened = due + (5 if after_due else -5) * DAY
    return tuple(Contested(place, issued, due, opened, outcome) for place, outcome in enumerate(outcomes))


def verdict(**fields: Any) -> Verdict:
    """The segment today, by the settings as they are shipped."""
    return segment(Facts(**fields), DEFAULTS, TODAY)


def invented(random: Random) -> Facts:
    """Anything that may be: Hypothesis itself takes long to invent so much."""

    def days(most: int) -> tuple[date, ...]:
        return tuple(TODAY - random.randint(0, 800) * DAY for _ in range(random.randint(0, most)))

    def amount() -> Decimal:
        return Decimal(random.randint(1, 999_999)) / 100

    currency = random.choice(["USD", "JPY"])
    states = ["open", "kept", "partial", "broken", "cancelled", "superseded"]
    outcomes = ["", "upheld", "rejected"]
    return Facts(
        legal=random.choice(["", "", "insolvent"]),
        settled=tuple(invented_item(random, number) for number in range(random.randint(0, 16))),
        unpaid=tuple(Unpaid(400 + number, day, amount(), currency, amount()) for number, day in enumerate(days(4))),
        invoices=random.randint(0, 20),
        contested=tuple(
            Contested(number % 5, day, day + 30 * DAY, day + random.randint(0, 90) * DAY, random.choice(outcomes))
            for number, day in enumerate(days(6))
        ),
        promises=tuple(Kept(random.choice(states), day) for day in days(6)),
        first_on=random.choice([None, *days(3)]),
        traces=Traces(
            uneven=days(3),
            skipped=days(3),
            returned=days(3),
            talks=tuple(
                Talk(day, random.random() < 0.7, random.random() < 0.5, random.choice(["", "R13", "R15"])) for day in days(6)
            ),
            asked_for_time=days(2),
            bought={currency: {date(2026, month, 1): amount() for month in range(1, random.randint(1, 7))}},
        ),
        acknowledged_on=random.choice([None, *days(2)]),
    )


def invented_item(random: Random, number: int) -> Settled:
    due, late = TODAY - random.randint(0, 700) * DAY, random.choice([random.randint(-9, 9), random.randint(-60, 120)])
    reminded = random.choice([None, due + random.randint(0, 60) * DAY])
    currency, amount = random.choice(["USD", "USD", "JPY"]), Decimal(random.randint(1, 999_999)) / 100
    return Settled(number, due, due + late * DAY, amount, currency, random.choice([0, 7, 14, 30, 60, 120]), reminded)
