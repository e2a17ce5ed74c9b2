"""The direction of imports and the few single owners (architecture.md, Direction), read from the syntax trees."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = ["arcollect", "customers", "invoices", "reminders"]
TOP_OF_THE_HOUSE = {"arcollect.urls", "arcollect.settings", "arcollect.wsgi"}
SINGLE_OWNERS = {"weasyprint": "arcollect.pdf", "phonenumbers": "arcollect.phones"}
CLOCK = {"timezone.now", "timezone.localdate", "timezone.localtime", "date.today", "datetime.now", "datetime.utcnow", "time.time"}
CLOCK_OWNERS = {"views", "tasks", "management"}
# Stands before every view behind the customer's link, and reads the clock once for all of them.
DOORKEEPERS = {"invoices.portal.opening"}
SIGNALS = {"receiver", "Signal", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
WRITERS = {"save", "delete"}


@cache
def sources() -> dict[str, ast.Module]:
    """The syntax tree of every module of ours but migrations, by dotted name."""
    paths = [path for package in ORDER for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in sorted(named.items())}


def offences(rule: Callable[[str, ast.AST], Iterator[str]]) -> list[str]:
    return [f"{name}: {found}" for name, tree in sources().items() for found in rule(name, tree)]


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names brought in anywhere below `tree`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names)


def points_right(name: str, tree: ast.AST) -> Iterator[str]:
    """Imports of a later package, of the project's top, or by a relative path that hides where it leads."""
    if name in TOP_OF_THE_HOUSE:
        return
    later = ORDER[ORDER.index(name.split(".")[0]) + 1 :]
    for target in imported(tree):
        if target.startswith(".") or target.split(".")[0] in later or ".".join(target.split(".")[:2]) in TOP_OF_THE_HOUSE:
            yield target


def is_owned(name: str, tree: ast.AST) -> Iterator[str]:
    yield from (
        library for library in (target.split(".")[0] for target in imported(tree)) if SINGLE_OWNERS.get(library, name) != name
    )


def hides_imports(name: str, tree: ast.AST) -> Iterator[str]:
    if name.endswith(".apps"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imported(node)


def reads_the_clock(name: str, tree: ast.AST) -> Iterator[str]:
    if CLOCK_OWNERS & set(name.split(".")) or name in DOORKEEPERS:
        return
    for node in ast.walk(tree):
        words = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if any(words == clock or words.endswith(f".{clock}") for clock in CLOCK):
            yield words


def knows_signals(name: str, tree: ast.AST) -> Iterator[str]:
    yield from (target for target in imported(tree) if target.rsplit(".", 1)[-1] in SIGNALS)


def overrides_writing(name: str, tree: ast.AST) -> Iterator[str]:
    if ".models" not in name:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in WRITERS:
            yield node.name


PLANTED = {
    points_right: ("customers.planted", "from reminders.models import Policy"),
    is_owned: ("invoices.planted", "import weasyprint"),
    hides_imports: ("invoices.planted", "def f():\n    import json"),
    reads_the_clock: ("invoices.planted", "f(default=datetime.date.today)"),
    knows_signals: ("customers.planted", "from django.db.models.signals import post_save"),
    overrides_writing: ("customers.models.planted", "class A:\n    def save(self): ..."),
}


def test_there_is_something_to_read():
    assert len(sources()) > 50


@pytest.mark.parametrize("rule", PLANTED, ids=lambda rule: rule.__name__)
def test_nothing_of_ours(rule):
    assert offences(rule) == []


@pytest.mark.parametrize("rule", PLANTED, ids=lambda rule: rule.__name__)
def test_a_planted_offence_is_seen(rule):
    name, line = PLANTED[rule]
    assert list(rule(name, ast.parse(line)))


# The folders in which `make test-slow` looks for what is marked so.
SLOW = {"browser": {"browser"}, "faults": {"faults"}, "load": {"load", "faults", "scenarios"}, "scenario": {"scenarios"}}


def test_what_is_slow_lies_where_it_is_looked_for():
    marked = re.compile(rf"pytest\.mark\.({'|'.join(SLOW)})\b")
    found = [(path, mark) for path in (ROOT / "tests").rglob("test_*.py") for mark in marked.findall(path.read_text("utf-8"))]
    assert {path.parent.name for path, _mark in found} <= {"faults", "scenarios"}
    assert [path.name for path, mark in found if path.parent.name not in SLOW[mark]] == []
