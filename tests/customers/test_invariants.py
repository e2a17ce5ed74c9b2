"""Invariants of customers, tasks and letters: the database refuses what no writer would write (architecture.md, Invariants)."""

import pytest
from django.db import IntegrityError, transaction

from customers.models import Customer, Document, Letter, Membership, Seal, Task
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from tests import make
from tests.make import day

ON = day("2026-03-02")


@pytest.fixture
def customer(business):
    return make.customer(business)


def task(customer, **fields) -> Task:
    fields = {"kind": TaskKind.CALL_60, "subject": "USD", "opens_on": ON, "due_on": ON, "customer": customer} | fields
    return Task.objects.create(business=customer.business, **fields)


def letter(customer, **fields) -> Letter:
    fields = {"code": "L1", "channel": "email", "currency": "USD", "language": "en", "written_on": ON} | fields
    return Letter.objects.create(business=customer.business, customer=customer, **fields)


def must_refuse(change) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.proves("T01")
def test_one_open_task_for_one_thing(customer):
    first = task(customer)
    must_refuse(lambda: task(customer))
    Task.objects.filter(pk=first.pk).update(state=TaskState.DONE)
    assert task(customer).pk
    assert task(customer, subject="EUR").pk and task(customer, kind=TaskKind.CALL_90).pk


def test_one_open_house_task_for_one_thing(business):
    fields = {"business": business, "kind": TaskKind.OTHER, "subject": "heartbeat", "opens_on": ON, "due_on": ON}
    Task.objects.create(**fields)
    must_refuse(lambda: Task.objects.create(**fields))


def test_a_task_is_in_a_state_we_know(customer):
    must_refuse(lambda: task(customer, state="perhaps"))


def test_a_reference_is_used_once_in_a_business(business, customer, outsider):
    must_refuse(lambda: make.customer(business, "Acme"))
    assert make.customer(outsider.memberships.get().business, "Acme").pk


def test_a_customer_is_of_a_kind_we_know(customer):
    must_refuse(lambda: Customer.objects.filter(pk=customer.pk).update(kind="club"))


def test_a_person_is_in_a_business_once(business, owner):
    must_refuse(lambda: Membership.objects.create(business=business, user=owner, role="bookkeeper"))
    must_refuse(lambda: Membership.objects.filter(user=owner).update(role="king"))


def test_a_letter_is_in_a_state_we_know(customer):
    must_refuse(lambda: letter(customer, state="lost"))


@pytest.mark.proves("T46")
def test_a_letter_is_sent_with_its_date_and_its_copy_or_not_at_all(business, customer):
    copy = Document.objects.create(business=business, sha256="1", content_type="application/pdf", name="a", size=1, bytes=b"x")
    draft = letter(customer, state=LetterState.DRAFT)
    for fields in ({}, {"sent_on": ON}, {"document": copy}):
        must_refuse(lambda fields=fields: Letter.objects.filter(pk=draft.pk).update(state=LetterState.SENT, **fields))
    assert Letter.objects.filter(pk=draft.pk).update(state=LetterState.SENT, sent_on=ON, document=copy) == 1


def test_the_same_bytes_are_kept_once(business):
    fields = {"business": business, "sha256": "1", "content_type": "text/plain", "name": "a", "size": 1, "bytes": b"x"}
    Document.objects.create(**fields)
    must_refuse(lambda: Document.objects.create(**fields))


def test_an_event_is_sealed_once(business):
    fields = {"business": business, "last_event_id": 1, "events": 1, "hash": "0"}
    Seal.objects.create(**fields)
    must_refuse(lambda: Seal.objects.create(**fields))
