"""The engine on ledgers of several sizes, beside two yardsticks: `python -m bench.nights --invoices 10000 100000`.

Every night runs in a fresh process, so that its peak memory is its own.
"""

import argparse
import datetime
from typing import Any

from bench.databases import PostgresServer, SqliteFiles, databases, migrate
from bench.ledger import FIRST_NIGHT
from bench.measuring import aim, growth_exponent, in_fresh_process, say, say_json, say_table

DAY = datetime.timedelta(days=1)
# (name, day, payments booked before as a share of all invoices)
NIGHTS = [
    ("first run", FIRST_NIGHT, 0.0),
    ("nothing due", FIRST_NIGHT, 0.0),
    ("steady night", FIRST_NIGHT + DAY, 0.001),
    ("after a month", FIRST_NIGHT + 31 * DAY, 0.0),
]
INVOICES_A_SECOND = 10_000
TIMES_BULK_CREATE = 2.0
QUIET_NIGHT_SECONDS, QUIET_NIGHT_INVOICES = 0.3, 100_000
PEAK_MIB = 250
EXPONENT = 1.1


def measure(size: int, place: SqliteFiles | PostgresServer) -> dict[str, Any]:
    """All nights and both yardsticks on a new ledger of `size` open invoices."""
    run, yard = f"run{size}", f"yard{size}"
    url = place.url(run)
    migrate(url)
    built = in_fresh_process("bench.ledger", str(size), url=url)
    place.copy(run, yard)
    nights = {}
    for name, day, paid in NIGHTS:
        options = ["--on", day.isoformat(), "--payments", str(int(size * paid))]
        nights[name] = in_fresh_process("bench.night", *options, url=url)
        if name == "first run":
            yardsticks = in_fresh_process("bench.yardsticks", url, url=place.url(yard))
    return {"invoices": size, "built": built["seconds"], "nights": nights, **yardsticks}


def show(result: dict[str, Any]) -> None:
    size = result["invoices"]
    say(f"{size:,} open invoices (built in {result['built']} s)")
    rows = [
        [name, f"{night['seconds']:.2f}", f"{size / night['seconds']:,.0f}", f"{night['fired']:,}", night["peak_mib"]]
        for name, night in result["nights"].items()
    ]
    for name, key in (("bulk_create", "bulk_create"), ("INSERT ... SELECT", "insert_select")):
        seconds = result[f"{key}_seconds"]
        rows.append([f"{name}, {result[f'{key}_rows']:,} rows", f"{seconds:.2f}", f"{size / seconds:,.0f}", "", ""])
    say_table(["", "seconds", "invoices/s", "fired", "peak MiB"], rows)
    say("")


def aims(results: list[dict[str, Any]], exponent: float | None) -> list[str]:
    """Each aim of the largest size with its figure, met or not."""
    largest = results[-1]
    first, quiet = largest["nights"]["first run"], largest["nights"]["nothing due"]
    rate, times = largest["invoices"] / first["seconds"], first["seconds"] / largest["bulk_create_seconds"]
    peak = max(night["peak_mib"] for result in results for night in result["nights"].values())
    lines = [
        aim(f"first run, invoices a second: {rate:,.0f} (at least {INVOICES_A_SECOND:,})", rate >= INVOICES_A_SECOND),
        aim(f"first run, times bulk_create: {times:.2f} (at most {TIMES_BULK_CREATE})", times <= TIMES_BULK_CREATE),
        aim(f"peak memory of any night: {peak} MiB (below {PEAK_MIB})", peak < PEAK_MIB),
    ]
    if largest["invoices"] <= QUIET_NIGHT_INVOICES:
        text = f"nothing due: {quiet['seconds']:.2f} s (below {QUIET_NIGHT_SECONDS} s at {QUIET_NIGHT_INVOICES:,})"
        lines.append(aim(text, quiet["seconds"] < QUIET_NIGHT_SECONDS))
    if exponent is not None:
        lines.append(aim(f"growth exponent of the first run: {exponent:.2f} (at most {EXPONENT})", exponent <= EXPONENT))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/escalate.py", description=__doc__)
    parser.add_argument("--invoices", type=int, nargs="+", default=[10_000], metavar="N")
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    results = []
    with databases(asked.backend) as place:
        for size in sorted(asked.invoices):
            results.append(measure(size, place))
            show(results[-1])
        about = in_fresh_process("bench.machine", url=place.url(f"run{max(asked.invoices)}"))
    seconds = [result["nights"]["first run"]["seconds"] for result in results]
    exponent = growth_exponent([result["invoices"] for result in results], seconds)
    say(*aims(results, exponent))
    say_json({"bench": "escalate", "backend": asked.backend, "exponent": exponent, "results": results, "machine": about})


if __name__ == "__main__":
    main()
