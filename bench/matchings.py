"""How well and how fast payments are matched, ledger by ledger: `python -m bench.matchings --lines 2000 --seed 1`.

The aims are of a seed that was not used while the rules were made: docs/performance.md says which was which.
"""

import argparse
from collections import Counter
from typing import Any

from django.conf import settings

from bench.databases import databases, migrate
from bench.measuring import aim, in_fresh_process, say, say_json, say_table

LEDGERS = settings.BASE_DIR.parent / "shared" / "data" / "ar"
REAL = ("ibm_asof_2013-06-01.csv", "highradius_open_9700.csv", "cassandra_asof_2015-01-01.csv")
# The short ledger is numbered from 1001 on, so that nothing about its numbers tells them from other digits.
INVOICES_A_CUSTOMER, SHORT_LEDGER = 10, 20_000
COUNTED = ("lines", "booked", "wrong", "first", "naive", "naive_wrong")
STRANGERS = "not a customer"
PRECISION, BOOKED, FIRST, LINES_A_SECOND = 99.9, 85.0, 95.0, 500


def measure(ledger: str, invoices: int, lines: int, seed: int, url: str) -> dict[str, Any]:
    """The tally of one ledger, filled into a database of its own."""
    migrate(url)
    if ledger in ("made", "short"):
        invoices = invoices if ledger == "made" else min(invoices, SHORT_LEDGER)
        in_fresh_process("bench.ledger", str(invoices), str(max(100, invoices // INVOICES_A_CUSTOMER)), url=url)
        return in_fresh_process("bench.matched", ledger, str(lines), str(seed), url=url)
    in_fresh_process("bench.filling", ledger, url=url)
    return in_fresh_process("bench.matched", "named", str(lines), str(seed), url=url)


def total(kinds: dict[str, dict[str, Any]], *, strangers: bool = False) -> Counter[str]:
    """The tallies of all kinds; lines of no customer count only where something was booked of them, unless asked for."""
    found: Counter[str] = Counter()
    for kind, row in kinds.items():
        wrong_only = kind == STRANGERS and not strangers
        names = ("booked", "wrong", "naive", "naive_wrong") if wrong_only else COUNTED
        found.update({name: row[name] for name in names})
    return found


def percent(part: float, whole: float, digits: int = 1) -> str:
    return f"{100 * part / whole:.{digits}f} %" if whole else "n/a"


def show(name: str, result: dict[str, Any]) -> None:
    memory = f"{result['of_it_ledger_mib']} of {result['peak_mib']} MiB"
    say(f"{name}: {result['open']:,} open invoices, read in {result['read_seconds']} s, {memory}")
    speeds = f"{result['lines_a_second']:,.0f} a second, {result['lines_a_cpu_second']:,.0f} by processor time"
    say(f"{result['lines']:,} lines, {speeds}; {result['unknowable']} hold no evidence", "")
    heads = ["kind", "lines", "booked by itself", "wrong", "first suggestion right", "naive booked", "naive wrong"]
    rows = [[kind, *_cells(row)] for kind, row in sorted(result["kinds"].items(), key=lambda item: -item[1]["lines"])]
    say_table(heads, [*rows, ["all, but not a customer", *_cells(total(result["kinds"]))]])
    say("")


def _cells(row: dict[str, Any]) -> list[object]:
    booked, first, naive = (percent(row[name], row["lines"]) for name in ("booked", "first", "naive"))
    return [row["lines"], booked, row["wrong"], first, naive, row["naive_wrong"]]


def aims(results: dict[str, dict[str, Any]]) -> list[str]:
    """Each aim with its figure over all ledgers together, met or not."""
    sums: Counter[str] = Counter()
    for result in results.values():
        sums.update(total(result["kinds"]))
    right = 100 - 100 * sums["wrong"] / max(1, sums["booked"])
    naive = 100 - 100 * sums["naive_wrong"] / max(1, sums["naive"])
    booked, first = (100 * sums[name] / max(1, sums["lines"]) for name in ("booked", "first"))
    largest = max(results.values(), key=lambda result: result["open"])
    clock, speed = largest["lines_a_second"], largest["lines_a_cpu_second"]
    speeds = f"{speed:,.0f} by processor time (at least {LINES_A_SECOND}), {clock:,.0f} by the clock"
    return [
        aim(f"right of what was booked by itself: {right:.2f} % (at least {PRECISION}); naive {naive:.1f} %", right >= PRECISION),
        aim(f"booked by itself: {booked:.1f} % (at least {BOOKED})", booked >= BOOKED),
        aim(f"first suggestion right: {first:.1f} % (at least {FIRST})", first >= FIRST),
        aim(f"lines a second at {largest['open']:,}: {speeds}", speed >= LINES_A_SECOND),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/matching.py", description=__doc__)
    parser.add_argument("--lines", type=int, default=2000, metavar="N", help="lines a ledger")
    parser.add_argument("--seed", type=int, default=1, help="1 was used while the rules were made")
    parser.add_argument("--invoices", type=int, default=100_000, metavar="N", help="open invoices of the made-up ledger")
    parser.add_argument("--only", choices=["made", "short", "demo", *REAL], action="append", help="this ledger alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results: dict[str, dict[str, Any]] = {}
    with databases("sqlite") as server:
        for place, ledger in enumerate(options.only or ["made", "short", "demo", *REAL]):
            if ledger in REAL and not (LEDGERS / ledger).exists():
                say(f"{ledger}: not there, left out", "")
                continue
            results[ledger] = measure(ledger, options.invoices, options.lines, options.seed, server.url(f"ledger{place}"))
            show(ledger, results[ledger])
    say(f"seed {options.seed}", *aims(results))
    if options.json:
        say_json(results)


if __name__ == "__main__":
    main()
