"""Numbers without gaps: patterns, years, what came in with a file, and two people at once."""

import threading

import pytest
from django.db import connection, transaction

from customers.models import Business
from invoices.models import NumberSeries
from invoices.series import SeriesError, check_pattern, gaps_of, number_in, save_series, series_of, take_number, written
from tests import make
from tests.make import day

MONDAY = day("2026-03-02")


@pytest.mark.parametrize(
    ("pattern", "number"),
    [("{year}-{number:04}", "2026-0007"), ("R{number}", "R7"), ("{number:06}/{year}", "000007/2026"), ("RE-{number:1}", "RE-7")],
)
def test_a_number_is_written_by_its_pattern_and_read_again(pattern, number):
    assert written(pattern, 7, 2026) == number
    assert number_in(pattern, number, 2026) == 7


def test_a_number_of_another_series_is_none_of_ours():
    assert number_in("{year}-{number:04}", "2025-0007", 2026) is None
    assert number_in("{year}-{number:04}", "2026-0007-A", 2026) is None


@pytest.mark.parametrize(
    ("pattern", "yearly", "words"),
    [
        ("2026", False, "must contain {number} once"),
        ("{number}{number}", False, "must contain {number} once"),
        ("{number}", True, "need {year}"),
        ("{number}{customer}", False, "Between braces"),
        ("{number.real}", False, "must contain {number} once"),
        ("{number", False, "must contain"),
    ],
)
def test_a_pattern_that_gives_no_numbers_is_refused(pattern, yearly, words):
    with pytest.raises(SeriesError, match=words):
        check_pattern(pattern, yearly=yearly)


def test_every_year_begins_at_one(business):
    assert [take_number(business, day(on)) for on in ("2026-03-02", "2026-12-31", "2027-01-01")] == [
        "2026-0001",
        "2026-0002",
        "2027-0001",
    ]


def test_a_new_year_takes_over_the_pattern(business, owner):
    save_series(business=business, on=MONDAY, pattern="R{year}/{number:03}", next_number=1, yearly=True, actor=owner)
    assert take_number(business, day("2027-01-02")) == "R2027/001"


def test_a_series_for_good_counts_on(business, owner):
    save_series(business=business, on=MONDAY, pattern="R{number:05}", next_number=812, yearly=False, actor=owner)
    assert [take_number(business, day(on)) for on in ("2026-03-02", "2027-01-01")] == ["R00812", "R00813"]


def test_it_begins_behind_what_came_in_with_a_file(business):
    make.invoice(make.customer(business), "2026-0041")
    assert take_number(business, MONDAY) == "2026-0042"


def test_the_next_number_only_grows(business, owner):
    for _time in range(3):
        take_number(business, MONDAY)
    with pytest.raises(SeriesError, match="4 at least"):
        save_series(business=business, on=MONDAY, pattern="{year}-{number:04}", next_number=3, yearly=True, actor=owner)
    save_series(business=business, on=MONDAY, pattern="{year}-{number:04}", next_number=9, yearly=True, actor=owner)
    assert take_number(business, MONDAY) == "2026-0009"


def test_a_gap_is_seen(business, owner):
    acme = make.customer(business)
    for number in ("2026-0001", "2026-0002", "2026-0005"):
        make.invoice(acme, number)
    make.credit_note(acme, "10", on="2026-03-02")
    save_series(business=business, on=MONDAY, pattern="{year}-{number:04}", next_number=7, yearly=True, actor=owner)
    assert gaps_of(series_of(business, MONDAY)).numbers == (3, 4, 6)


def test_what_fails_gives_its_number_back(business):
    take_number(business, MONDAY)
    with pytest.raises(MemoryError), transaction.atomic():
        take_number(business, MONDAY)
        raise MemoryError
    assert take_number(business, MONDAY) == "2026-0002"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one transaction after the other anyway")
@pytest.mark.proves("P13")
@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_none_gets_anothers_number(business):
    """Eight people issue at the same moment, every other one fails: the numbers given out are 1 to 4, each once."""
    start, given = threading.Barrier(8), []

    def issue(fails: bool) -> None:
        start.wait(timeout=20)
        try:
            with transaction.atomic():
                number = take_number(Business.objects.get(pk=business.pk), MONDAY)
                if fails:
                    raise MemoryError
            given.append(number)
        except MemoryError:
            pass
        finally:
            connection.close()

    people = [threading.Thread(target=issue, args=(place % 2 == 0,)) for place in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=60)
    assert sorted(given) == ["2026-0001", "2026-0002", "2026-0003", "2026-0004"]
    assert NumberSeries.objects.get().next == 5
