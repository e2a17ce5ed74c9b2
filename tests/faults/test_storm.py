"""Two job clusters, two dozen wake-ups and two people at once: every step once, every letter once."""

import pytest

from tests.faults.conftest import until

pytestmark = pytest.mark.faults
CUSTOMERS = 300
STAGE = "from tests.faults.staging import stage; stage(1, {customers}, '{zone}', {late})"
WAKE = "from django_q.tasks import async_task; [async_task('reminders.tasks.tick') for _ in range(24)]"


DRAFTED = 400


@pytest.fixture
def staged(database_url, manage, noon):
    """Makes so many late customers, on PostgreSQL."""
    if database_url.startswith("sqlite"):
        pytest.skip("two clusters at once are PostgreSQL's business")
    return lambda customers, late: manage("shell", "-v0", "-c", STAGE.format(customers=customers, zone=noon, late=late))


@pytest.mark.proves("T01", "T03", "T04", "T08")
def test_every_letter_is_one_mail(staged, manage, start, ask, inbox):
    staged(CUSTOMERS, late=10)
    manage("shell", "-v0", "-c", WAKE)
    clusters = [start("qcluster") for _ in range(2)]
    people = [start("escalate", "--format", "json") for _ in range(2)]
    assert [(one.communicate(timeout=300), one.returncode)[1] for one in people] == [0, 0]
    until(lambda: inbox.accepted, 120)
    # The first two dozen raced for the night; these race for the letters.
    manage("shell", "-v0", "-c", WAKE)
    until(lambda: inbox.accepted.total() >= CUSTOMERS, 600)
    until(lambda: ask("select count(*) from django_q_ormq") == [(0,)], 120)
    assert [cluster.poll() for cluster in clusters] == [None, None]
    assert set(inbox.accepted.values()) == {1}
    assert len(inbox.accepted) == CUSTOMERS
    assert ask("select state, count(*), count(distinct document_id) from customers_letter group by 1") == [
        ("sent", CUSTOMERS, CUSTOMERS)
    ]
    assert ask("select count(*), count(distinct invoice_id) from reminders_reminderline") == [(CUSTOMERS, CUSTOMERS)]
    assert manage("verify_ledger", "--format", "json")["differences"] == []


@pytest.mark.proves("T01", "T04")
def test_every_call_and_every_draft_is_one(staged, start, ask):
    """The same with a step that opens tasks: the 30-day letter, which a person reviews."""
    staged(DRAFTED, late=35)
    runs = [start("escalate", "--format", "json") for _ in range(6)]
    assert [(one.communicate(timeout=300), one.returncode)[1] for one in runs] == [0] * 6
    each = [(DRAFTED, DRAFTED)]
    assert ask("select count(*), count(distinct customer_id) from reminders_reminder where step = '30'") == each
    assert ask("select count(*), count(distinct customer_id) from customers_task where kind = 'review_letter'") == each
    assert ask("select count(*), count(distinct customer_id) from customers_letter where code = 'L30'") == each
