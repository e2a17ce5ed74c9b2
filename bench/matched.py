"""Matches made-up payments with one ledger and counts what was right: `python -m bench.matched made|short|named LINES SEED`.

SHOW_WRONG=1 writes every line whose first suggestion is not right to standard error.
"""

import datetime
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bench.measuring import Spent, measured, peak_mib, say_json
from bench.payers import furnish, remade
from bench.payments import Case, payments
from customers.models import Business
from invoices.candidates import read_ledger
from invoices.matches import Match
from invoices.matching import match
from invoices.numbering import number_key
from invoices.open_ledger import Ledger

NAMED, SHORT = "named", "short"
MOST_ROUNDS = 40


@dataclass(slots=True)
class Tally:
    """What came of the lines of one kind."""

    lines: int = 0
    booked: int = 0
    wrong: int = 0
    first: int = 0
    naive: int = 0
    naive_wrong: int = 0

    def as_row(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("lines", "booked", "wrong", "first", "naive", "naive_wrong")}


def content(found: Match | None) -> object:
    """What must agree for a match to be right: every part of it."""
    if found is None:
        return None
    others = frozenset(content(other) for other in found.others)
    own = (found.customer_id, frozenset(found.split), found.unapplied, frozenset(found.write_offs), frozenset(found.credits))
    return frozenset([own, *others]) if others else frozenset([own])


def naive(case: Case, ledger: Ledger) -> Match | None:
    """The yardstick: an open number typed exactly, or else the one open invoice of that amount."""
    line = case.line
    words = [number_key(word) for word in f"{line.reference} {line.text}".split()]
    ids = [pk for word in words for pk in ledger.numbers.keys.get(word, ())]
    rows = [row for pk in ids if (row := ledger.invoices[pk]).balance > 0]
    if len(rows) != 1:
        equal = ledger.by_amount.get((line.currency, line.amount), set())
        rows = [ledger.invoices[pk] for pk in equal] if len(equal) == 1 else []
    if not rows:
        return None
    taken = min(line.amount, rows[0].balance)
    return Match(rows[0].customer_id, ((rows[0].id, taken),), 100, "naive", "", line.amount - taken)


def run(ledger: Ledger, cases: Iterator[Case], lines: int) -> dict[str, Any]:
    """Matches so many lines; the seconds, by the clock and of the processor, are of matching and keeping the ledger true."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    unknowable, done, spent = 0, 0, Spent()
    for case in islice(cases, lines):
        with measured() as took:
            found = match(case.line, ledger)
        spent.wall, spent.cpu = spent.wall + took.wall, spent.cpu + took.cpu
        _count(tallies[case.kind], case, found, ledger)
        unknowable += not case.knowable
        done += 1
        if case.truth is not None:
            with measured() as took:
                ledger.less(case.truth)
            spent.wall, spent.cpu = spent.wall + took.wall, spent.cpu + took.cpu
    return {
        "kinds": {kind: tally.as_row() for kind, tally in tallies.items()},
        "unknowable": unknowable,
        "lines": done,
        "seconds": spent.wall,
        "cpu_seconds": spent.cpu,
    }


def _count(tally: Tally, case: Case, found: tuple[Match, ...], ledger: Ledger) -> None:
    first, guess = (found[0] if found else None), naive(case, ledger)
    right = content(first) == content(case.truth)
    tally.lines += 1
    tally.first += right
    tally.naive += guess is not None
    tally.naive_wrong += guess is not None and content(guess) != content(case.truth)
    if first is not None and first.certain:
        tally.booked += 1
        tally.wrong += not right
    if not right and os.environ.get("SHOW_WRONG"):
        sys.stderr.write(f"{case.kind} | {first.sure if first else 0} | {case.line}\n   {first}\n   {case.truth}\n")


def furnished(business: Business, seed: int, names: str) -> tuple[Ledger, Iterator[Case], dict[str, Any]]:
    """The ledger as read, with payers; the payments, until nothing is open; what reading took."""
    before = peak_mib()
    with measured() as spent:
        ledger = read_ledger(business)
    memory = {"peak_mib": round(peak_mib()), "of_it_ledger_mib": round(peak_mib() - before)}
    read = {"open": len(ledger.invoices), "read_seconds": round(spent.wall, 2)} | memory
    chance = random.Random(seed)
    if names != NAMED:
        ledger = remade(ledger, chance, short=names == SHORT)
    personas = furnish(ledger, chance)
    latest = max((row.issued_on for row in ledger.invoices.values()), default=datetime.date(2026, 1, 1))
    return ledger, payments(ledger, personas, chance, latest + datetime.timedelta(days=10)), read


def rounds(business: Business, names: str, lines: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many lines: of a small ledger, which is soon paid, several times over, each time by other payments."""
    for again in range(MOST_ROUNDS):
        ledger, cases, read = furnished(business, seed * MOST_ROUNDS + again, names)
        result = read | run(ledger, cases, lines)
        yield result
        lines -= result["lines"]
        if lines <= 0:
            return


def summed(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The rounds as one."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, row in (item for result in results for item in result["kinds"].items()):
        kinds[kind].update(row)
    lines = sum(result["lines"] for result in results)
    return results[0] | {
        "kinds": {kind: dict(row) for kind, row in kinds.items()},
        "lines": lines,
        "unknowable": sum(result["unknowable"] for result in results),
        "lines_a_second": round(lines / sum(result["seconds"] for result in results), 1),
        "lines_a_cpu_second": round(lines / sum(result["cpu_seconds"] for result in results), 1),
    }


def main() -> None:
    names, lines, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    business = Business.objects.order_by("id").first()
    say_json(summed(list(rounds(business, names, lines, seed))))


if __name__ == "__main__":
    main()
