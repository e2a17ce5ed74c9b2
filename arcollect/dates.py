"""Business days: weekends, public holidays, and the days a business is closed."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import holidays

DAY = datetime.timedelta(days=1)
SATURDAY_AND_SUNDAY = frozenset({5, 6})
# A business closed for longer than a year is not closed but gone; it would never find its next business day.
LONGEST_CLOSING = datetime.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are business days. `places`: (ISO country, region or "") pairs; a holiday in any of them is none."""

    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    places: tuple[tuple[str, str], ...] = ()
    closed: frozenset[datetime.date] = frozenset()

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether `day` is neither weekend, nor holiday, nor a closing day."""
        return day.weekday() not in self.weekend and day not in self.closed and not self.is_holiday(day)

    def is_holiday(self, day: datetime.date) -> bool:
        """Whether `day` is a public holiday in any of the places, on a weekend too."""
        return any(day in _public_holidays(country, region, day.year) for country, region in self.places)

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


def closing_days(closings: Iterable[Mapping[str, str]]) -> frozenset[datetime.date]:
    """Every day of the closings {"from": ISO date, "to": ISO date}, both ends included (rules["closing_days"])."""
    days = set()
    for closing in closings:
        first, last = (datetime.date.fromisoformat(closing[end]) for end in ("from", "to"))
        length = min(last - first, LONGEST_CLOSING).days
        days.update(first + DAY * place for place in range(length + 1))
    return frozenset(days)


def regions_of(country: str) -> dict[str, str]:
    """The parts of a country with public holidays of their own: code -> name; nothing where we know none."""
    if country not in holidays.list_supported_countries():
        return {}
    table = holidays.country_holidays(country)
    names = {code: name for name, code in table.subdivisions_aliases.items()}
    return {code: names.get(code, code) for code in table.subdivisions}


def knows_region(country: str, region: str) -> bool:
    """Whether `region`, a code or a name, has its own public holidays; else the country's alone are counted."""
    regions = regions_of(country)
    return region in regions or region in regions.values()


def named_holidays(
    country: str, region: str, first: datetime.date, last: datetime.date, language: str
) -> list[tuple[datetime.date, str]]:
    """(day, name) of every public holiday from `first` to `last`, named in `language` where the table has it."""
    if country not in holidays.list_supported_countries():
        return []
    tongues = holidays.country_holidays(country).supported_languages
    tongue = next((name for name in tongues if name.startswith(language)), None)
    place = region if knows_region(country, region) else None
    years = range(first.year, last.year + 1)
    table = holidays.country_holidays(country, subdiv=place, years=years, language=tongue)
    return sorted((day, name) for day, name in table.items() if first <= day <= last)


@cache
def _public_holidays(country: str, region: str, year: int) -> frozenset[datetime.date]:
    """The public holidays of a country, or of its region where the library knows it; nothing for an unknown country."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return _public_holidays(country, "", year) if region else frozenset()
