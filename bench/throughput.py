"""Letters a second, beside bare WeasyPrint, a lean letter, and a second process: `python -m bench.throughput --letters 60`."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.databases import databases, migrate
from bench.ledger import FIRST_NIGHT
from bench.measuring import aim, in_fresh_process, say, say_json, say_table

INVOICES_A_LETTER = 3
COMPARED = 30
ROUNDS = 2
OF_BARE, TIMES_LEAN, SECOND_WORKER = 0.9, 1.3, 1.5


def write_letters(url: str, count: int) -> None:
    """A ledger of small customers and its first night: nearly every customer gets a letter."""
    migrate(url)
    customers = str(count + count // 5 + 5)
    in_fresh_process("bench.ledger", str(int(customers) * INVOICES_A_LETTER), customers, url=url)
    in_fresh_process("bench.night", "--on", FIRST_NIGHT.isoformat(), url=url)


def rendered_by(workers: int, count: int, url: str) -> dict[str, Any]:
    """Letters a second of so many processes at once, and the most memory one of them held."""

    def one(share: int) -> dict[str, Any]:
        return in_fresh_process("bench.rendering", "letters", str(count), str(share), str(workers), url=url)

    with ThreadPoolExecutor(workers) as pool:
        shares = list(pool.map(one, range(workers)))
    rate = sum(share["letters"] for share in shares) / max(share["seconds"] for share in shares)
    return {"letters_a_second": round(rate, 2), "peak_mib": max(share["peak_mib"] for share in shares)}


def measure(count: int, url: str) -> dict[str, Any]:
    """The comparison in one process, then one and two workers in turns, of each the best round."""
    write_letters(url, count)
    result = in_fresh_process("bench.rendering", "compare", str(min(count, COMPARED)), url=url)
    rounds = [{workers: rendered_by(workers, count, url) for workers in (1, 2)} for _ in range(ROUNDS if count <= 100 else 1)]
    result["workers"] = {
        workers: {
            "letters_a_second": max(one[workers]["letters_a_second"] for one in rounds),
            "peak_mib": max(one[workers]["peak_mib"] for one in rounds),
        }
        for workers in (1, 2)
    }
    return result | {"rendered": count}


def show(result: dict[str, Any]) -> None:
    say(f"{result['letters']} letters compared, {result['rendered']} rendered by workers")
    names = {"ours": "our path, from the stored letter", "bare": "bare WeasyPrint, same HTML", "lean": "lean letter"}
    rows = [[label, *(result["milliseconds"][name][part] for part in ("floor", "median"))] for name, label in names.items()]
    say_table(["", "CPU ms floor", "median"], rows)
    say("")
    rows = [[f"{workers} worker(s)", one["letters_a_second"], one["peak_mib"]] for workers, one in result["workers"].items()]
    say_table(["", "letters/s", "peak MiB"], rows)
    say("")
    rows = [[f"{pages} page(s)", result["letters_by_pages"][pages], times] for pages, times in result["times_lean"].items()]
    say_table(["", "letters", "times lean"], rows)
    say("")


def aims(result: dict[str, Any]) -> list[str]:
    """Each aim with its figure, met or not."""
    one, two = (result["workers"][workers]["letters_a_second"] for workers in (1, 2))
    single = result["times_lean"].get("1", 0.0)
    return [
        aim(f"our path, share of bare WeasyPrint: {result['of_bare']:.2f} (at least {OF_BARE})", result["of_bare"] >= OF_BARE),
        aim(f"HTML of one page, times the lean letter: {single:.2f} (at most {TIMES_LEAN})", 0 < single <= TIMES_LEAN),
        aim(f"two workers, times one: {two / one:.2f} (at least {SECOND_WORKER})", two / one >= SECOND_WORKER),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/letters.py", description=__doc__)
    parser.add_argument("--letters", type=int, default=60, metavar="N")
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    with databases(asked.backend) as place:
        result = measure(asked.letters, place.url("letters"))
        about = in_fresh_process("bench.machine", url=place.url("letters"))
    show(result)
    say(*aims(result))
    say_json({"bench": "letters", "backend": asked.backend, **result, "machine": about})


if __name__ == "__main__":
    main()
