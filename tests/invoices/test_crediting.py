"""Credit notes made here: all of an invoice or a part, booked against it, never more than was sold."""

from decimal import Decimal

import pytest
from facturx import get_facturx_xml_from_pdf

from customers.models import Event
from invoices.crediting import CreditError, issue_credit_note, left_of
from invoices.facturx import facturx_pdf
from invoices.models import NumberSeries
from tests import make
from tests.invoices import drafts
from tests.invoices.drafts import plain_pdf
from tests.make import day

TUESDAY = day("2026-03-03")


@pytest.fixture
def invoice(business, owner):
    return drafts.issued(drafts.buyer(drafts.seller(business)), owner)


def credit(invoice, owner, *quantities: str, **fields):
    wanted = {line.pk: Decimal(quantity) for line, quantity in zip(invoice.draft.lines.all(), quantities, strict=False)}
    common = {"on": TUESDAY, "note": "Two came back.", "actor": owner, "draw": plain_pdf}
    return issue_credit_note(invoice=invoice, quantities=wanted, **common | fields)


@pytest.mark.proves("P13")
def test_a_part_is_taken_back_and_booked_against_the_invoice(invoice, owner):
    """Two drills at 19.99 and 20 %: 39.98 + 8.00."""
    note = credit(invoice, owner, "2")
    invoice.refresh_from_db()
    note.refresh_from_db()
    assert (note.number, note.total, note.allocated, note.corrects) == ("2026-0002", Decimal("47.98"), Decimal("47.98"), invoice)
    assert (invoice.balance, invoice.total) == (Decimal("78.58"), Decimal("126.56"))
    assert [left for _line, left in left_of(invoice.draft)] == [1, 1]
    assert Event.objects.filter(kind="credit_note.issued", data__invoice=invoice.pk).count() == 1


def test_all_of_it_is_taken_back(invoice, owner):
    note = credit(invoice, owner, "3", "1")
    invoice.refresh_from_db()
    assert (note.total, invoice.balance, invoice.paid_on) == (Decimal("126.56"), 0, TUESDAY)


def test_what_is_paid_already_waits_as_money_of_theirs(invoice, owner):
    make.payment(invoice.customer, "126.56", on="2026-03-02", split={invoice: "126.56"}, currency="EUR")
    note = credit(invoice, owner, "3", "1")
    note.refresh_from_db()
    assert note.unapplied == Decimal("126.56")


@pytest.mark.parametrize(
    ("quantities", "words"),
    [(["4"], "only 3 is left"), (["-1"], "only 3 is left"), ([], "Nothing is chosen"), (["0"], "Nothing is chosen")],
)
def test_more_than_was_sold_is_refused(invoice, owner, quantities, words):
    with pytest.raises(CreditError, match=words):
        credit(invoice, owner, *quantities)
    assert NumberSeries.objects.get().next == 2


def test_what_is_credited_cannot_be_credited_again(invoice, owner):
    credit(invoice, owner, "2")
    with pytest.raises(CreditError, match="only 1 is left"):
        credit(invoice, owner, "2")


def test_it_is_a_factur_x_file_that_names_the_invoice(invoice, owner):
    note = credit(invoice, owner, "1", draw=facturx_pdf)
    _name, xml = get_facturx_xml_from_pdf(bytes(note.document.bytes))
    assert b">381<" in xml
    assert b"2026-0001" in xml
