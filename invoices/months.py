"""Calendar months and the full ones before a day. Pure."""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month by its first day; `until` ends it sooner, where it is not over yet."""

    first: datetime.date
    until: datetime.date | None = None

    @property
    def last(self) -> datetime.date:
        """Its last day, or the last that is counted."""
        return self.until or month_end(self.first)

    @property
    def days(self) -> int:
        """How many days it has, or how many of it are counted."""
        return (self.last - self.first).days + 1

    @property
    def name(self) -> str:
        """ "2026-06"."""
        return f"{self.first:%Y-%m}"


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month `day` lies in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_start(day: datetime.date) -> datetime.date:
    """The first day of the month `day` lies in."""
    return day.replace(day=1)


def full_months(as_of: datetime.date, count: int) -> list[Month]:
    """The last `count` months that were over at the end of `as_of`, newest first: its own too on the last day of it."""
    newest = month_start(as_of + DAY) - DAY
    return list(islice(_back_from(newest), count))


def months_back(as_of: datetime.date, first: datetime.date) -> list[Month]:
    """The months from that of `as_of`, which ends there, back to that of `first`, newest first; none where `first` is later."""
    found = []
    for month in _back_from(as_of):
        if month.last < first:
            break
        found.append(month if month.last <= as_of else Month(month.first, as_of))
    return found


def _back_from(day: datetime.date) -> Iterator[Month]:
    while True:
        yield Month(month_start(day))
        day = month_start(day) - DAY
