"""Pytest plugin behind `make proves`: which practice (P) and which trap (T) is proved by which passing test.

A test says so by `@pytest.mark.proves("P07", "T14")`. `tests/conftest.py` loads this module by `pytest_plugins`.
"""

from collections import defaultdict
from collections.abc import Iterable

import pytest

PRACTICES = [f"P{number:02}" for number in range(1, 25)]
TRAPS = [f"T{number:02}" for number in range(1, 54)]
KNOWN = frozenset(PRACTICES + TRAPS)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proves", action="store_true", help="after the run, list what the passing tests prove")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hang each test's ids on the test as user properties: with xdist only those reach the process that reports."""
    for item in items:
        for marker in item.iter_markers("proves"):
            unknown = sorted(set(marker.args) - KNOWN)
            if unknown or not marker.args:
                raise pytest.UsageError(f"{item.nodeid} proves {', '.join(unknown) or 'nothing'}: no such id")
            item.user_properties += [("proves", proved) for proved in marker.args]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--proves"):
        return
    proofs, spoilt = proofs_of(terminalreporter.stats.get("passed", [])), set()
    for outcome in ("failed", "error", "skipped"):
        spoilt |= {name for names in proofs_of(terminalreporter.stats.get(outcome, [])).values() for name in names}
    terminalreporter.section("proved")
    proved = set()
    for wanted in PRACTICES + TRAPS:
        for name in sorted(proofs[wanted] - spoilt):
            terminalreporter.write_line(f"{'   ' if wanted in proved else wanted}  {name}")
            proved.add(wanted)
    terminalreporter.section("proved by no passing test")
    for kind, ids in (("practices", PRACTICES), ("traps", TRAPS)):
        open_ids = [wanted for wanted in ids if wanted not in proved]
        terminalreporter.write_line(f"{len(open_ids)} of {len(ids)} {kind}: {' '.join(open_ids) or 'none'}")


def proofs_of(reports: Iterable[pytest.TestReport]) -> dict[str, set[str]]:
    """Id -> names of the tests that claim it; the cases of a parametrised test count as one test."""
    proofs: dict[str, set[str]] = defaultdict(set)
    for report in reports:
        for key, proved in getattr(report, "user_properties", []):
            if key == "proves":
                proofs[proved].add(report.nodeid.split("[")[0])
    return proofs
