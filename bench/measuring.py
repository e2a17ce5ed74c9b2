"""What every bench needs: seconds and memory of a piece of work, a fresh process for it, a table and a JSON line."""

import json
import math
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Spent:
    """Seconds by the wall clock and of the processor's time."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Spent]:
    """Fills in what the block took once it is over."""
    spent, wall, cpu = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, time.process_time() - cpu


def cpu_seconds(work: Callable[[], object]) -> float:
    with measured() as spent:
        work()
    return spent.cpu


def peak_mib() -> float:
    """The most memory this process ever held, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_fresh_process(module: str, *arguments: str, url: str = "") -> dict[str, Any]:
    """Runs `python -m module arguments` on the database of `url`; returns the JSON object it printed last."""
    environment = os.environ | ({"DATABASE_URL": url} if url else {})
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def say(*lines: str) -> None:
    """A bench's own output."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def say_json(row: Mapping[str, Any]) -> None:
    say(json.dumps(row, sort_keys=True))


def say_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as they need; the first to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in [heads, *rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    for row in cells:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join([row[0].ljust(widths[0]), *others]).rstrip() if first else "")


def aim(text: str, met: bool) -> str:
    """A line saying whether an aim holds; a bench reports, it does not fail."""
    return f"{'met    ' if met else 'not met'}  {text}"


def growth_exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float | None:
    """The slope of log(seconds) over log(size) by least squares: 1 is linear. None for a single size."""
    if len(set(sizes)) < 2:
        return None
    xs, ys = [math.log(size) for size in sizes], [math.log(took) for took in seconds]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return slope / sum((x - middle_x) ** 2 for x in xs)


def machine() -> dict[str, Any]:
    """What the figures came from: processor, cores, versions; nothing that names the machine. `additions`: the seconds ten
    million of them take in Python, the least of three, to compare two machines by, or one machine's two days."""
    names = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "additions": round(min(cpu_seconds(_additions) for _ in range(3)), 2),
        "database": f"{connection.vendor} {database_version()}",
    }


def _additions() -> None:
    total = 0
    for number in range(10_000_000):
        total += number


def database_version() -> str:
    query = "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0].split()[0]
