"""Every staff page on ledgers of several sizes: `python -m bench.visits --invoices 1000 100000`.

Each ledger has so many open invoices, half as many paid ones, a first night of letters and calls behind it, and is scored.
"""

import argparse
import json
from typing import Any

from bench.databases import PostgresServer, SqliteFiles, databases, migrate
from bench.ledger import FIRST_NIGHT
from bench.measuring import aim, in_fresh_process, say, say_json, say_table

DASHBOARD, TRIVIAL = "dashboard", "import-add"
# A larger ledger is one of this size, copied: row by row it would take hours.
COPIED_FROM = 10_000
# Milliseconds the dashboard may take at so many open invoices, on PostgreSQL.
AIMS = {100_000: 150, 1_000_000: 500}
# A page is out of line that takes more than this and this many times what it takes on the smallest ledger.
SLOW_MS, SLOW_TIMES = 300, 3.0


def measure(size: int, place: SqliteFiles | PostgresServer, only: list[str]) -> dict[str, Any]:
    """Fills a new database and visits it."""
    url = place.url(f"pages{size}")
    migrate(url)
    rows = in_fresh_process("bench.page_rows", url=url)
    times = max(1, size // COPIED_FROM)
    in_fresh_process("bench.ledger", str(size // times), url=url)
    in_fresh_process("bench.past", str(size // times // 2), url=url)
    in_fresh_process("bench.night", "--on", FIRST_NIGHT.isoformat(), url=url)
    if times > 1:
        in_fresh_process("bench.multiplying", str(times), url=url)
    return {"invoices": size, **in_fresh_process("bench.page_times", json.dumps(rows), *only, url=url)}


def show(results: list[dict[str, Any]]) -> None:
    """One line a page: queries, then median, 95th percentile and times a trivial page for each size; the slowest first."""
    by_name = [{page["name"]: page for page in result["pages"]} for result in results]
    names = sorted(by_name[-1], key=lambda name: -by_name[-1][name]["median"])
    heads = ["page", "queries"]
    for result in results:
        heads += [f"{result['invoices']:,}: median ms", "p95", "cpu", "x trivial"]
    lines = []
    for name in names:
        line = [name + ("" if by_name[-1][name]["large"] else " *"), by_name[-1][name]["queries"]]
        for pages in by_name:
            line += _cells(pages.get(name), pages.get(TRIVIAL))
        lines.append(line)
    say_table(heads, lines)
    say("* a page of the small business beside the large one", "")
    for result in results:
        say(f"{result['invoices']:,}: scored in {result['scoring_seconds']} s, peak memory {result['peak_mib']} MiB")


def _cells(page: dict[str, Any] | None, trivial: dict[str, Any] | None) -> list[object]:
    if page is None:
        return [""] * 4
    times = f"{page['median'] / trivial['median']:.1f}" if trivial else ""
    return [page["median"], page["p95"], page["cpu"], times]


def aims(results: list[dict[str, Any]]) -> list[str]:
    """The dashboard's aims, that its queries do not grow, and the pages that are out of line."""
    lines, first, last = [], results[0], results[-1]
    boards = {result["invoices"]: page for result in results for page in result["pages"] if page["name"] == DASHBOARD}
    for size, board in boards.items():
        if size in AIMS:
            text = f"dashboard at {size:,}: median {board['median']} ms (below {AIMS[size]})"
            lines.append(aim(text, board["median"] < AIMS[size]))
    counts = {board["queries"] for board in boards.values()}
    lines.append(aim(f"dashboard, queries at each size: {sorted(counts)} (one number)", len(counts) == 1))
    before = {page["name"]: page["median"] for page in first["pages"]}
    slow = [
        page["name"]
        for page in last["pages"]
        if page["median"] > SLOW_MS and page["median"] > SLOW_TIMES * before.get(page["name"], page["median"])
    ]
    lines.append(aim(f"no page out of line at {last['invoices']:,}: {', '.join(slow) or 'none is'}", not slow))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/pages.py", description=__doc__)
    parser.add_argument("--invoices", type=int, nargs="+", default=[1000, 10_000], metavar="N")
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="Only the pages of these names.")
    asked = parser.parse_args()
    with databases(asked.backend) as place:
        results = [measure(size, place, asked.only) for size in sorted(asked.invoices)]
        about = in_fresh_process("bench.machine", url=place.url(f"pages{max(asked.invoices)}"))
    show(results)
    say(*aims(results))
    say_json({"bench": "pages", "backend": asked.backend, "results": results, "machine": about})


if __name__ == "__main__":
    main()
