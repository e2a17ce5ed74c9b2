"""The numbers of invoices made here: one row of them, a year or for good, without a gap (domain.md PF02).

The next number is given out inside the transaction that issues: the row stays locked until it ends, and an issue that fails
gives its number back.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, User
from invoices.models import CreditNote, Invoice, NumberSeries

STANDARD = "{year}-{number:04}"
PLACE = re.compile(r"\{(year|number)(?::0?(\d{1,2}))?\}")
MANY_GAPS = 50


class SeriesError(ValueError):
    """The series cannot be so, or has no such number to give; the message says why."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Numbers of a series below its next one that no invoice and no credit note has; at most MANY_GAPS are named."""

    numbers: tuple[int, ...]
    more: bool = False


def check_pattern(pattern: str, *, yearly: bool) -> None:
    """Raises SeriesError unless the pattern holds {number} once, {year} where it starts again each year, and nothing else."""
    places = [name for name, _width in PLACE.findall(pattern)]
    if places.count("number") != 1:
        raise SeriesError(_("The pattern must contain {number} once."))
    if re.search(r"[{}]", PLACE.sub("", pattern)):
        raise SeriesError(_("Between braces a pattern knows {year} and {number}, or {number:04} for four digits."))
    if yearly and "year" not in places:
        raise SeriesError(_("Numbers that start again each year need {year}: without it two invoices would be alike."))


def written(pattern: str, number: int, year: int) -> str:
    """The number as it stands on the invoice: "2026-0007"."""
    values = {"year": year, "number": number}
    return PLACE.sub(lambda place: f"{values[place[1]]:0{int(place[2] or 1)}d}", pattern)


def number_in(pattern: str, text: str, year: int | None) -> int | None:
    """The running number in a written one, None where it is of no such series."""
    rule, last = "", 0
    for place in PLACE.finditer(pattern):
        years = r"\d{4}" if year is None else str(year)
        rule += re.escape(pattern[last : place.start()]) + (years if place[1] == "year" else r"(\d{1,9})")
        last = place.end()
    found = re.fullmatch(rule + re.escape(pattern[last:]), text)
    return int(found[1]) if found else None


def series_of(business: Business, on: datetime.date) -> NumberSeries:
    """The series an invoice of this day counts in, unsaved where none stands: the one for good, else the year's, which takes
    over the pattern of the year before and begins behind numbers that came in with a file."""
    rows = list(NumberSeries.objects.filter(business=business))
    found = next((row for row in rows if row.year is None), None) or next((row for row in rows if row.year == on.year), None)
    if found is not None:
        return found
    earlier = max((row for row in rows if row.year < on.year), key=lambda row: row.year, default=None)
    return _begun(NumberSeries(business=business, pattern=earlier.pattern if earlier else STANDARD, year=on.year))


def take_number(business: Business, on: datetime.date) -> str:
    """Gives out the next number in the transaction under way: whoever comes second waits for the first to end."""
    series = series_of(business, on)
    if series.pk is None:
        series, _created = NumberSeries.objects.get_or_create(
            business=business, year=series.year, defaults={"pattern": series.pattern, "next": series.next}
        )
    locked = NumberSeries.objects.select_for_update().get(pk=series.pk)
    number = written(locked.pattern, locked.next, on.year)
    NumberSeries.objects.filter(pk=locked.pk).update(next=locked.next + 1)
    return number


@transaction.atomic
def save_series(
    *, business: Business, on: datetime.date, pattern: str, next_number: int, yearly: bool, actor: User
) -> NumberSeries:
    """Sets how invoices are numbered from now on. Raises SeriesError for a pattern that cannot be, or a number given before."""
    check_pattern(pattern, yearly=yearly)
    Business.objects.select_for_update().get(pk=business.pk)
    current = series_of(business, on)
    same_row = current.pattern == pattern and yearly == (current.year is not None)
    wanted = NumberSeries(business=business, pattern=pattern, year=on.year if yearly else None)
    least = max(current.next, 1) if same_row and current.pk else _begun(wanted).next
    if next_number < least:
        raise SeriesError(_("The next number can only grow: it is %(number)d at least.") % {"number": least})
    if yearly:
        NumberSeries.objects.filter(business=business, year=None).delete()
    row, _created = NumberSeries.objects.update_or_create(
        business=business, year=wanted.year, defaults={"pattern": pattern, "next": next_number}
    )
    before, after = [current.year, current.next], [row.year, row.next]
    log.record(business, "series.changed", f"business:{business.pk}", actor=actor, before=before, after=after)
    return row


def gaps_of(series: NumberSeries) -> Gaps:
    """The numbers from the first that was given out up to the next one that nobody has (PF02)."""
    given = _given(series)
    if not given:
        return Gaps(())
    missing = [number for number in range(min(given), series.next) if number not in given]
    return Gaps(tuple(missing[:MANY_GAPS]), more=len(missing) > MANY_GAPS)


def _begun(series: NumberSeries) -> NumberSeries:
    """The unsaved series, its next number behind the highest there is."""
    series.next = max(_given(series), default=0) + 1
    return series


def _given(series: NumberSeries) -> set[int]:
    """The running numbers of all invoices and credit notes that fit the pattern."""
    start = PLACE.split(series.pattern)[0]
    return {
        number
        for model in (Invoice, CreditNote)
        for text in _numbers(model, series, start)
        if (number := number_in(series.pattern, text, series.year)) is not None
    }


def _numbers(model: type[Invoice] | type[CreditNote], series: NumberSeries, start: str) -> Iterable[str]:
    rows = model.objects.filter(business=series.business)
    if series.pattern.startswith("{year}") and series.year:
        start = str(series.year)
    return rows.filter(number__startswith=start).values_list("number", flat=True)
