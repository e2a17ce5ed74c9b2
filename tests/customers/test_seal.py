"""The seal: a change of the past, of its order or of a seal itself breaks the chain."""

import pytest
from django.db import connection

from customers import log
from customers.models import Seal
from tests import make


@pytest.fixture
def sealed(business) -> Seal:
    """Two seals over two events each."""
    for number in (1, 2):
        log.record(business, "test.happened", f"n:{number}", amount="10.00")
        log.record(business, "test.happened", f"n:{number}0")
        last = log.seal(business)
    return last


def without_guards(statement: str, *values: object) -> None:
    """Runs SQL as somebody who takes the guards of the log down first."""
    with connection.cursor() as cursor:
        for name, table in (("event_stays", "customers_event"), ("seal_stays", "customers_seal")):
            for action in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER {name}_{action}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
        cursor.execute(statement, values)


def test_seals_make_a_chain_over_all_events(business, sealed):
    first, second = Seal.objects.filter(business=business)
    assert second.previous_hash == first.hash != second.hash
    assert first.events + second.events == business.events.count()
    assert log.broken_seals(business) == []


def test_nothing_new_needs_no_seal(business, sealed):
    assert log.seal(business) is None


def test_a_seal_belongs_to_one_business(business, sealed, outsider):
    elsewhere = outsider.memberships.get().business
    log.record(elsewhere, "test.happened", "n:1")
    assert log.seal(elsewhere).previous_hash == ""
    assert log.broken_seals(business) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE customers_event SET subject = 'n:9' WHERE subject = 'n:1'",
        "UPDATE customers_event SET at = '2020-01-01 00:00:00+00:00' WHERE subject = 'n:1'",
        """UPDATE customers_event SET data = '{"amount": "1.00"}' WHERE subject = 'n:1'""",
        "DELETE FROM customers_event WHERE subject = 'n:1'",
    ],
)
def test_a_changed_past_breaks_its_seal(business, sealed, statement):
    without_guards(statement)
    first = Seal.objects.filter(business=business).first()
    assert log.broken_seals(business) == [f"seal {first.pk}: the events up to {first.last_event_id} are not what was sealed"]


def test_a_forged_seal_breaks_the_next_one(business, sealed):
    """Whoever changes an event and computes its seal again must do so for every seal after it."""
    first = Seal.objects.filter(business=business).first()
    without_guards("UPDATE customers_event SET kind = 'test.forged' WHERE subject = 'n:1'")
    digest, _ = log.chain_hash(business, 0, first.last_event_id, "")
    Seal.objects.filter(pk=first.pk).update(hash=digest)
    assert [line.split(":")[0] for line in log.broken_seals(business)] == [f"seal {sealed.pk}"]


def test_a_lost_seal_breaks_the_next_one(business, sealed):
    without_guards("DELETE FROM customers_seal WHERE id = %s", Seal.objects.filter(business=business).first().pk)
    assert len(log.broken_seals(business)) == 1


def test_an_event_slipped_into_the_past_is_found(business, sealed):
    """A hole in the ids, left by another business, cannot be filled later."""
    hole = log.record(make.business("Elsewhere"), "test.happened", "n:1").pk
    log.record(business, "test.happened", "n:3")
    log.seal(business)
    without_guards("UPDATE customers_event SET business_id = %s WHERE id = %s", business.pk, hole)
    assert len(log.broken_seals(business)) == 1
