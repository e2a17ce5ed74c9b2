"""What was logged, sealed, sent or signed cannot be changed, not even by SQL."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from customers import log
from customers.models import Event, Letter, Seal
from customers.models.letter import Document, LetterState
from invoices.models import Instalment, PaymentPlan, PlanInvoice
from invoices.plan_moves import draft_plan
from tests import make

REFUSAL = (IntegrityError, DatabaseError)


@pytest.fixture
def sent_letter(business) -> Letter:
    customer = make.customer(business)
    copy = Document.objects.create(
        business=business, sha256="0" * 64, content_type="application/pdf", name="a.pdf", size=1, bytes=b"x"
    )
    return Letter.objects.create(
        business=business,
        customer=customer,
        code="L1",
        state=LetterState.SENT,
        channel="email",
        currency="USD",
        language="en",
        written_on=datetime.date(2026, 2, 16),
        sent_on=datetime.date(2026, 2, 16),
        document=copy,
    )


@pytest.fixture
def signed_plan(business) -> PaymentPlan:
    customer = make.customer(business)
    invoice = make.invoice(customer, total="300")
    due = datetime.date(2026, 3, 1)
    plan = draft_plan(customer=customer, currency="USD", covered=[(invoice.pk, Decimal(300))], instalments=[(due, Decimal(300))])
    PaymentPlan.objects.filter(pk=plan.pk).update(signed_at=timezone.now(), state="signed")
    return plan


def refuses(change) -> None:
    with pytest.raises(REFUSAL, match="cannot be changed or deleted"), transaction.atomic():
        change()


def test_an_event_stays(business):
    event = log.record(business, "test.happened", "business:1")
    refuses(lambda: Event.objects.filter(pk=event.pk).update(kind="other"))
    refuses(lambda: Event.objects.filter(pk=event.pk).delete())


def test_a_seal_stays(business):
    log.record(business, "test.happened", "business:1")
    seal = log.seal(business)
    refuses(lambda: Seal.objects.filter(pk=seal.pk).update(hash="0"))
    refuses(lambda: Seal.objects.filter(pk=seal.pk).delete())


@pytest.mark.proves("T28")
def test_a_sent_letter_stays(sent_letter):
    refuses(lambda: Letter.objects.filter(pk=sent_letter.pk).update(body="Pay now"))
    refuses(lambda: Letter.objects.filter(pk=sent_letter.pk).delete())


def test_a_letter_not_yet_sent_may_change(sent_letter):
    draft = Letter.objects.get(pk=sent_letter.pk)
    draft.pk, draft.state = None, LetterState.DRAFT
    draft.save()
    assert Letter.objects.filter(pk=draft.pk).update(body="Kinder words") == 1


def test_a_signed_plan_stays(signed_plan):
    refuses(lambda: PaymentPlan.objects.filter(pk=signed_plan.pk).update(total=Decimal(1)))
    refuses(lambda: Instalment.objects.filter(plan=signed_plan).update(amount=Decimal(1)))
    refuses(lambda: PlanInvoice.objects.filter(plan=signed_plan).delete())


def test_a_signed_plan_may_still_be_paid(signed_plan):
    assert Instalment.objects.filter(plan=signed_plan).update(paid=Decimal(300), state="paid") == 1
    assert PaymentPlan.objects.filter(pk=signed_plan.pk).update(state="active") == 1


@pytest.mark.django_db(transaction=True)
def test_the_guards_stand_in_tests_with_real_transactions():
    event = log.record(make.business(), "test.happened", "business:1")
    refuses(lambda: Event.objects.filter(pk=event.pk).delete())


@pytest.mark.django_db(transaction=True)
def test_the_guards_stand_after_such_a_test_too():
    event = log.record(make.business(), "test.happened", "business:1")
    refuses(lambda: Event.objects.filter(pk=event.pk).delete())
