"""A whole statement can be taken out again, with everything its lines set in motion."""

import datetime
from decimal import Decimal

import pytest

from customers.models import Event
from invoices.certain_lines import book_certain
from invoices.imports.importing import undo_import
from invoices.imports.problems import ImportProblem
from invoices.line_booking import book_line
from invoices.matches import Match
from invoices.models import BankAccount, BankLine, BankStatement, KnownPayer, Payment, WriteOff
from invoices.refunding import pay_back
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)
PAID = line("119.50", text="INV-20260001", reference="E2E-000017")
BACK = line("-119.50", on="2026-03-13", reversal=True, reference="E2E-000017")


@pytest.fixture
def inv(acme):
    return make.invoice(acme, "INV-20260001", total="119.50")


def bring(business, *lines, **told):
    _stored, batch = store(business, *lines, **told)
    book_certain(business=business, on=NOW.date(), batch=batch)
    return batch


def test_it_is_as_if_it_had_never_come_in(business, acme, inv, bookkeeper):
    other = make.invoice(acme, "INV-20260002", total="100")
    batch = bring(business, PAID, line("98", payer="Acme"), line("-3", payer="Bank"))
    row = BankLine.objects.get(amount=98)
    match = Match(acme.pk, ((other.pk, Decimal(98)),), 90, "hand", "By hand.", write_offs=((other.pk, Decimal(2), "discount"),))
    book_line(line=row, match=match, actor=bookkeeper, on=NOW.date())
    undo_import(batch=batch, now=NOW, actor=bookkeeper)
    for model in (BankLine, BankStatement, BankAccount, Payment, WriteOff, KnownPayer):
        assert not model.objects.exists()
    for invoice in (inv, other):
        invoice.refresh_from_db()
        assert (invoice.balance, invoice.paid_on, invoice.cycle) == (invoice.total, None, 1)
    batch.refresh_from_db()
    assert batch.undone_at == NOW
    assert Event.objects.filter(kind="bank_line.taken_back").count() == 2
    assert verify(business).differences == []


def test_after_it_the_same_file_comes_in_again(business, inv):
    undo_import(batch=bring(business, PAID), now=NOW)
    bring(business, PAID)
    inv.refresh_from_db()
    assert inv.balance == 0


def test_a_payment_it_took_back_counts_again(business, inv):
    bring(business, PAID)
    undo_import(batch=bring(business, BACK), now=NOW)
    inv.refresh_from_db()
    assert (inv.balance, Payment.objects.get().returned_on) == (0, None)
    assert BankAccount.objects.count() == 1


def test_what_it_booked_and_took_back_itself_goes_altogether(business, inv):
    undo_import(batch=bring(business, PAID, BACK), now=NOW)
    inv.refresh_from_db()
    assert (inv.balance, Payment.objects.count()) == (Decimal("119.50"), 0)


def _returned(business):
    bring(business, BACK)


def _paid_back(business):
    payment = Payment.objects.get()
    Payment.objects.update(allocated=0)
    pay_back(source=payment, amount=Decimal(1), on=day("2026-03-15"))


@pytest.mark.parametrize("build", [_returned, _paid_back])
def test_what_something_was_built_on_stays(business, inv, build):
    batch = bring(business, PAID, line("5", payer="Nobody"))
    build(business)
    with pytest.raises(ImportProblem, match="Something was built on this import"):
        undo_import(batch=batch, now=NOW)
    assert BankLine.objects.filter(statement__batch=batch).count() == 2
    assert Payment.objects.count() == 1


def test_its_pages_say_what_it_was(business, inv, books):
    batch = bring(business, PAID, line("5", payer="Nobody"))
    assert "Bank statement" in books.get(f"/b/{business.slug}/imports/").content.decode()
    page = books.get(f"/b/{business.slug}/imports/{batch.pk}/", follow=True).content.decode()
    assert f"/imports/{batch.pk}/undo/" in page
    assert books.get(f"/b/{business.slug}/imports/{batch.pk}/problems/").status_code == 200
    undo = f"/b/{business.slug}/imports/{batch.pk}/undo/"
    assert "What was booked for its lines is taken back as well" in books.get(undo).content.decode()
    books.post(undo)
    assert not BankLine.objects.exists()
