"""Visits every staff page as the owner: `python -m bench.page_times ROWS`, ROWS being what `bench.page_rows` said.

Pages about one row are those of the large business where it has such a row, else of the small one in the same database.
"""

import datetime
import json
import logging
import math
import statistics
import sys
from dataclasses import asdict, dataclass
from typing import Any

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.ledger import FIRST_NIGHT, SLUG
from bench.measuring import Spent, measured, peak_mib, say_json
from customers.models import Business, Contact, Customer, Letter, Membership, Task, User
from invoices.models import BankLine, Dispute, Invoice, Payment, Promise
from reminders.models import Reminder
from reminders.scoring import recount, score_night
from tests.test_doors import DOORS

ROUNDS, AT_LEAST, SECONDS_A_PAGE = 20, 5, 4.0
NOON = datetime.datetime.combine(FIRST_NIGHT, datetime.time(12), datetime.UTC)
# Rows the large business has: the newest of each.
LARGE = {
    "customers/": Customer,
    "contacts/": Contact,
    "invoices/": Invoice,
    "letters/": Letter,
    "tasks/": Task,
    "disputes/": Dispute,
    "promises/": Promise,
    "payments/": Payment,
    "steps/": Reminder,
    "money/lines/": BankLine,
}


@dataclass(frozen=True, slots=True)
class Visited:
    """What a page took, in milliseconds, over several visits after a first one that is not counted; `cpu`: the median of what
    it took of our own processor time."""

    name: str
    address: str
    queries: int
    median: float
    p95: float
    cpu: float
    large: bool


def addresses(small: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """name of the route -> (its address, whether it is one of the large business)."""
    business = Business.objects.get(slug=SLUG)
    found = {prefix: model.objects.filter(business=business).order_by("-pk").first() for prefix, model in LARGE.items()}
    rows = {f"{prefix}<int:pk>": f"{prefix}{row.pk}" for prefix, row in found.items() if row}
    return {door.name: _address(door.route, rows, small) for door in DOORS}


def _address(route: str, rows: dict[str, str], small: dict[str, Any]) -> tuple[str, bool]:
    path = _filled(route, rows)
    if "<" not in path:
        return f"/b/{SLUG}/{path}", True
    path = _filled(route, small["rows"])
    if "<" in path:
        raise SystemExit(f"tests/lived_in.py has no row for {route}.")
    return f"/b/{small['slug']}/{path}", False


def _filled(route: str, rows: dict[str, str]) -> str:
    for prefix, value in rows.items():
        route = route.replace(prefix, value)
    return route


def visit(client: Client, name: str, address: str, large: bool) -> Visited | None:
    """None where there is no page to read: a door for posting only, one that leads elsewhere, a file."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        queries = len(connection.queries) - captured.initial_queries
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return None
    times: list[Spent] = []
    while len(times) < ROUNDS and (len(times) < AT_LEAST or sum(one.wall for one in times) < SECONDS_A_PAGE):
        with measured() as spent:
            client.get(address)
        times.append(spent)
    walls = sorted(one.wall for one in times)
    p95 = walls[max(0, math.ceil(len(walls) * 0.95) - 1)]
    cpu = statistics.median(one.cpu for one in times)
    return Visited(name, address, queries, _ms(statistics.median(walls)), _ms(p95), _ms(cpu), large)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def main() -> None:
    small = json.loads(sys.argv[1])
    only = set(sys.argv[2:])
    business = Business.objects.get(slug=SLUG)
    owner = User.objects.get(email="owner@bench.example")
    Membership.objects.get_or_create(business=business, user=owner, role="owner")
    # Doors for posting only answer a visit with a warning.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with time_machine.travel(NOON):
        with measured() as spent:
            score_night(business, FIRST_NIGHT)
            # As the next tick does: of what the night logged no customer's account is different.
            recount(business, NOON)
        client = Client()
        client.force_login(owner)
        pages = {name: place for name, place in addresses(small).items() if not only or name in only}
        visited = [visit(client, name, *place) for name, place in pages.items()]
    say_json(
        {
            "pages": [asdict(page) for page in visited if page],
            "scoring_seconds": round(spent.wall, 2),
            "peak_mib": round(peak_mib()),
        }
    )


if __name__ == "__main__":
    main()
