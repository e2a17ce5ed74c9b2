"""Many plain rows at once: stored as a model would, kept where they are equal, refused where the database says no."""

import pytest
from django.db import IntegrityError, transaction

from arcollect.rows import insert_rows
from reminders.models import Watch
from tests import make
from tests.make import day

NAMES = ("invoice", "business", "next_look_on")
pytestmark = pytest.mark.django_db


def stored() -> list[tuple]:
    return list(Watch.objects.order_by("invoice").values_list(*NAMES))


def test_rows_are_stored_as_a_model_would(business, acme):
    rows = [(make.invoice(acme).pk, business.pk, on) for on in (day("2026-03-02"), day("9999-12-31"))]
    insert_rows(Watch, NAMES, rows)
    insert_rows(Watch, NAMES, [])
    assert stored() == rows


def test_a_row_that_is_there_gets_the_new_values(business, acme):
    first, second = make.invoice(acme).pk, make.invoice(acme).pk
    insert_rows(Watch, NAMES, [(first, business.pk, day("2026-03-02"))], keep="invoice")
    rows = [(first, business.pk, day("2026-03-03")), (second, business.pk, day("2026-03-04"))]
    insert_rows(Watch, NAMES, rows, keep="invoice")
    assert stored() == rows


def test_a_second_row_of_a_unique_key_is_refused(business, acme):
    row = (make.invoice(acme).pk, business.pk, day("2026-03-02"))
    insert_rows(Watch, NAMES, [row])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Watch, NAMES, [row])
