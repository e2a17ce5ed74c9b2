"""Two people agree something with one customer at the same moment: the second is told of the first."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from customers.models import Customer
from invoices.agreeing import AgreementError
from invoices.models import PaymentPlan
from invoices.offering import limits_of
from invoices.planning import offer_plan
from tests import make
from tests.make import day

MONDAY = day("2026-03-02")
HALVES = ((MONDAY, Decimal(150)), (day("2026-04-02"), Decimal(150)))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one transaction after the other anyway")
@pytest.mark.django_db(transaction=True)
def test_of_two_offers_at_once_one_stands(business):
    customer = make.customer(business)
    make.invoice(customer, total="300")
    start, told = threading.Barrier(2), []

    def offer() -> None:
        row = Customer.objects.select_related("business").get(pk=customer.pk)
        start.wait(timeout=20)
        try:
            offer_plan(customer=row, currency="USD", instalments=HALVES, limits=limits_of(row), on=MONDAY)
        except AgreementError as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    people = [threading.Thread(target=offer) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=60)
    assert PaymentPlan.objects.count() == 1
    assert told == ["A payment plan is on offer or running already."]
