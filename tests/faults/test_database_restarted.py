"""PostgreSQL is restarted while letters go out: what was under way is unconfirmed, everything else goes out once."""

import os
import subprocess

import psycopg
import pytest

from tests import postgres

pytestmark = [pytest.mark.faults, pytest.mark.proves("T08")]
CUSTOMERS = 30
STAGE = "from tests.faults.staging import stage; stage(1, {customers}, '{zone}', 10)"


@pytest.fixture
def database_url(request):
    """A cluster of our own: nobody else's is restarted."""
    programs = postgres.programs_folder()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or programs is None:
        pytest.skip("PostgreSQL's programs are not installed, or the tests run on SQLite")
    with postgres.throw_away_cluster(programs) as url:
        with psycopg.connect(url.replace("/arcollect", "/postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE arcollect")
        yield url


def restart(url: str) -> None:
    """Stops the server without asking anybody, and starts it again as it was."""
    with psycopg.connect(url) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    command = [postgres.programs_folder() / "pg_ctl", "--pgdata", data, "--silent", "--wait", "--mode=immediate", "restart"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=data, **account)


def test_what_was_under_way_is_unconfirmed(database_url, surroundings, manage, start, ask, inbox, noon):
    # As every PostgreSQL does that was not told otherwise: a throw-away cluster may forget its last commits.
    surroundings["PGOPTIONS"] = "-c synchronous_commit=on"
    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", STAGE.format(customers=CUSTOMERS, zone=noon))
    manage("escalate")
    inbox.after = lambda number: number == 10 and restart(database_url)
    start("deliver").communicate(timeout=120)
    inbox.after = lambda number: None
    ask("update customers_letter set claimed_at = now() - interval '1 hour' where state in ('sending', 'approved')")
    manage("deliver")
    assert set(inbox.accepted.values()) == {1}
    assert len(inbox.accepted) == CUSTOMERS
    assert dict(ask("select state, count(*) from customers_letter group by 1")) == {"sent": CUSTOMERS - 1, "unconfirmed": 1}
    assert manage("verify_ledger", "--format", "json")["differences"] == []
