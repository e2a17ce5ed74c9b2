"""Making an invoice: begun, changed, copied from an earlier one, dropped and taken up again."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Event
from invoices.drafting import (
    DraftError,
    LineValues,
    add_paper,
    copy_invoice,
    drop_draft,
    edit_draft,
    first_line,
    remove_papers,
    start_draft,
    take_up_draft,
)
from tests import make
from tests.invoices import drafts
from tests.invoices.drafts import DELIVERY, DRILLS
from tests.make import day


@pytest.fixture
def customer(business):
    return drafts.buyer(drafts.seller(business))


def lines(draft) -> list[tuple[str, Decimal]]:
    return [(line.description, line.quantity) for line in draft.lines.all()]


def test_it_is_begun_and_told_without_its_words(customer, owner):
    draft = drafts.draft(customer, owner, note="Secret words")
    assert lines(draft) == [(DRILLS.description, 3), (DELIVERY.description, 1)]
    event = Event.objects.get(subject=f"draft:{draft.pk}")
    assert (event.kind, event.data, event.actor) == ("draft.started", {}, owner)


def test_all_of_it_can_be_said_anew(customer, owner):
    draft = drafts.draft(customer, owner)
    edit_draft(draft=draft, values=drafts.values(terms_days=14), lines=[replace(DELIVERY, quantity=Decimal(2))], actor=owner)
    draft.refresh_from_db()
    assert (draft.terms_days, lines(draft)) == (14, [(DELIVERY.description, 2)])


def test_a_dropped_one_can_be_taken_up_again(customer, owner):
    draft = drafts.draft(customer, owner)
    drop_draft(draft=draft, actor=owner)
    with pytest.raises(DraftError, match="Take it up again"):
        edit_draft(draft=draft, values=drafts.values(), lines=[DRILLS], actor=owner)
    take_up_draft(draft=draft, actor=owner)
    edit_draft(draft=draft, values=drafts.values(), lines=[DRILLS], actor=owner)


def test_one_made_here_is_copied_with_its_lines_but_not_its_delivery(customer, owner):
    earlier = drafts.issued(customer, owner, purchase_order="PO-1", note="Thank you.")
    copy = copy_invoice(invoice=earlier, on=day("2026-04-01"), actor=owner)
    assert lines(copy) == lines(earlier.draft)
    assert (copy.issue_on, copy.terms_days, copy.note) == (day("2026-04-01"), 30, "Thank you.")
    assert (copy.purchase_order, copy.delivered_on, copy.state) == ("", None, "draft")


def test_one_that_came_in_with_a_file_is_copied_as_far_as_it_is_known(customer, owner):
    earlier = make.invoice(customer, currency="EUR")
    earlier.lines.create(position=1, description="Hand tools, as ordered", quantity=2, unit_price=Decimal("9.50"), tax_rate=19)
    copy = copy_invoice(invoice=earlier, on=day("2026-04-01"), actor=owner)
    [line] = copy.lines.all()
    assert (line.description, line.quantity, line.unit_price, line.tax_rate) == ("Hand tools, as ordered", 2, Decimal("9.50"), 19)


def test_a_copy_comes_to_what_the_invoice_came_to_although_its_lines_held_discounts(customer, owner):
    earlier = make.invoice(customer, "INV-9", issued="2026-01-10", due="2026-02-09")
    for position, (quantity, price, net) in enumerate([(10, "5", "45"), (1, "-8.50", "-8.50"), (3, "9.99", "29.97")], 1):
        values = {"quantity": quantity, "unit_price": Decimal(price), "net": Decimal(net), "tax_rate": 19}
        earlier.lines.create(position=position, description="Hand tools, as ordered", **values)
    copy = copy_invoice(invoice=earlier, on=day("2026-04-01"), actor=owner)
    assert [(line.quantity, line.unit_price) for line in copy.lines.all()] == [
        (1, 45),
        (-1, Decimal("8.5")),
        (3, Decimal("9.99")),
    ]


def test_papers_are_enclosed_and_left_out_again(customer, owner):
    draft = drafts.draft(customer, owner)
    add_paper(draft=draft, upload=SimpleUploadedFile("proof.txt", b"Delivered."), actor=owner)
    assert [row.name for row in draft.attachments.all()] == ["proof.txt"]
    remove_papers(draft=draft, papers=draft.attachments.all(), actor=owner)
    assert not draft.attachments.exists()


def test_a_new_line_is_taxed_like_the_last_one(customer, owner, business):
    assert first_line(customer) == LineValues("", tax_category="S")
    drafts.draft(customer, owner)
    assert first_line(customer) == LineValues("", tax_category="S", tax_rate=Decimal(20))


def test_a_new_line_is_never_taxed_like_one_of_another_customer_once_they_had_their_own(customer, owner, acme):
    drafts.draft(customer, owner)
    export = LineValues("Hand tools, as ordered", unit_price=Decimal(10), tax_category="G")
    abroad = start_draft(customer=acme, values=drafts.values(), lines=[export], actor=owner)
    assert first_line(acme) == LineValues("", tax_category="G")
    assert first_line(customer) == LineValues("", tax_category="S", tax_rate=Decimal(20))
    third = make.customer(acme.business, "Cedar")
    assert first_line(third).tax_category == "S", "what most lines are taxed with"
    assert abroad.lines.count() == 1


def test_where_there_is_no_vat_a_line_begins_without_tax(acme, business):
    business.country = "US"
    assert first_line(acme).tax_category == "O"
