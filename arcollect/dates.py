"""Business days: weekends, public holidays, and the days a business is closed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import holidays

DAY = datetime.timedelta(days=1)
SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are business days. `places`: (ISO country, region or "") pairs; a holiday in any of them is none."""

    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    places: tuple[tuple[str, str], ...] = ()
    closed: frozenset[datetime.date] = frozenset()

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether `day` is neither weekend, nor holiday, nor a closing day."""
        if day.weekday() in self.weekend or day in self.closed:
            return False
        return not any(day in _public_holidays(country, region, day.year) for country, region in self.places)

    def roll_forward(self, day: datetime.date) -> datetime.date:
        """`day` itself, or the next business day (dunning steps, domain.md 3.3)."""
        while not self.is_business_day(day):
            day += DAY
        return day

    def roll_back(self, day: datetime.date) -> datetime.date:
        """`day` itself, or the business day before (courtesy calls, domain.md 3.3)."""
        while not self.is_business_day(day):
            day -= DAY
        return day

    def add(self, day: datetime.date, business_days: int) -> datetime.date:
        """The business day that many business days after `day`, which need not be one itself."""
        for _ in range(business_days):
            day = self.roll_forward(day + DAY)
        return day


def calendar_of(weekend: Iterable[int], places: Iterable[tuple[str, str]], closed: Iterable[datetime.date] = ()) -> Calendar:
    """A Calendar; places without a country are left out, the same place counts once."""
    known = dict.fromkeys(place for place in places if place[0])
    return Calendar(frozenset(weekend), tuple(known), frozenset(closed))


@cache
def _public_holidays(country: str, region: str, year: int) -> frozenset[datetime.date]:
    """The public holidays of a country, or of its region where the library knows it; nothing for an unknown country."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return _public_holidays(country, "", year) if region else frozenset()
