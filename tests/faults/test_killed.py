"""Killed at twenty points of escalating and of delivering, then started again: nothing lost, nothing twice (T08)."""

import os
import random
import subprocess
import time
from contextlib import suppress

import pytest

from tests.faults.conftest import kill

pytestmark = [pytest.mark.faults, pytest.mark.proves("T01", "T08")]
# All twenty on PostgreSQL, where several machines may work side by side; some on SQLite, which has one writer at a time.
POINTS = 20 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 6
CUSTOMERS = 60
STAGE = "from tests.faults.staging import stage; stage({businesses}, {customers}, '{zone}', {late})"
LATER = {"sqlite": "datetime('now', '-1 hour')", "postgres": "now() - interval '1 hour'"}


def test_escalating(manage, start, ask, noon):
    """One business for each point, so that every kill falls somewhere into a first run."""
    manage("shell", "-v0", "-c", STAGE.format(businesses=POINTS + 1, customers=CUSTOMERS, zone=noon, late=35))
    began = time.monotonic()
    manage("escalate", "--business", f"b{POINTS + 1}")
    whole, dice = time.monotonic() - began, random.Random(3)
    for number in range(1, POINTS + 1):
        run = start("escalate", "--business", f"b{number}")
        with suppress(subprocess.TimeoutExpired):
            run.wait(timeout=whole * dice.uniform(0.5, 1))
        kill(run)
    assert manage("shell", "-v0", "-c", f"from tests.faults.staging import end_the_night; end_the_night({POINTS})") == {}
    each = [((POINTS + 1) * CUSTOMERS,) * 2]
    for table in ("reminders_reminder", "customers_letter", "customers_task"):
        assert ask(f"select count(*), count(distinct customer_id) from {table}") == each
    assert ask("select count(*), count(distinct invoice_id) from reminders_reminderline") == each
    assert ask("select count(*), count(distinct subject) from customers_event where kind = 'step.fired'") == each


def test_delivering(manage, start, ask, inbox, noon, database_url):
    """The server itself pulls the plug: half the time just before it accepts a letter, half the time just after."""
    manage("shell", "-v0", "-c", STAGE.format(businesses=1, customers=CUSTOMERS, zone=noon, late=10))
    manage("escalate")
    dice = random.Random(5)
    for _ in range(POINTS):
        run = start("deliver")
        at, moment = inbox.accepted.total() + dice.randint(1, 3), dice.choice(["before", "after"])
        setattr(inbox, moment, lambda number, run=run, at=at: number >= at and run.kill())
        run.communicate(timeout=120)
        inbox.before = inbox.after = lambda number: None
    hour_ago = LATER["sqlite" if database_url.startswith("sqlite") else "postgres"]
    ask(f"update customers_letter set claimed_at = {hour_ago} where state in ('sending', 'approved')")
    manage("deliver")
    states = dict(ask("select state, count(*) from customers_letter group by 1"))
    assert set(inbox.accepted.values()) == {1}
    assert states == {"sent": CUSTOMERS - POINTS, "unconfirmed": POINTS}
    assert states["sent"] <= len(inbox.accepted) <= CUSTOMERS
