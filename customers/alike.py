"""Reads the customers that look like one and the same, and keeps what a person said of a pair."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from customers import log
from customers.duplicates import Card, Suggestion, suggestions
from customers.models import Business, Contact, Customer, NotDuplicate, User

# Whose a row is now, in a query: of the customer it names, or of the one that was merged into.
WHOSE = Coalesce("customer__merged_into_id", "customer_id")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers side by side, and why they may be one."""

    first: Customer
    second: Customer
    suggestion: Suggestion


def pairs_alike(business: Business, limit: int = 100) -> tuple[list[Pair], int]:
    """The surest pairs that look like one customer, with their contacts, and how many there are; four queries."""
    told_apart = set(NotDuplicate.objects.filter(business=business).values_list("first_id", "second_id"))
    found = [one for one in suggestions(cards_of(business)) if (one.first, one.second) not in told_apart]
    shown = found[:limit]
    ids = {pk for one in shown for pk in (one.first, one.second)}
    rows = Customer.objects.filter(pk__in=ids).select_related("business").prefetch_related("contacts").in_bulk()
    return [Pair(rows[one.first], rows[one.second], one) for one in shown], len(found)


def cards_of(business: Business) -> list[Card]:
    """Every customer that was not merged away, as it is compared; two queries."""
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    contacts = Contact.objects.filter(business=business).order_by()
    for customer_id, *reached in contacts.values_list("customer_id", "phone", "email"):
        people[customer_id].append((reached[0], reached[1]))
    names = ("id", "name", "legal_name", "street", "postal_code", "city", "tax_id")
    rows = Customer.objects.filter(business=business, merged_into=None).order_by("id").values_list(*names)
    return [
        Card(
            pk,
            (name, legal_name),
            street,
            postal_code,
            city,
            frozenset(phone for phone, _email in people[pk] if phone),
            frozenset(email for _phone, email in people[pk] if email),
            tax_id,
        )
        for pk, name, legal_name, street, postal_code, city, tax_id in rows
    ]


def one_and_merged(customer: Customer) -> list[int]:
    """The ids of a customer and of those merged into it, whose past is its own."""
    return [customer.pk, *Customer.objects.filter(merged_into=customer).values_list("pk", flat=True)]


def belonging_to(customer_ids: Collection[int]) -> Q:
    """For a query: the rows of these customers, and of who was merged into them."""
    return Q(customer__in=customer_ids) | Q(customer__merged_into__in=customer_ids)


def one_of(customer: Customer) -> int:
    """The id of who a customer is now: of the one it was merged into, or its own."""
    return customer.merged_into_id or customer.pk


@transaction.atomic
def tell_apart(*, first: Customer, second: Customer, actor: User) -> None:
    """Keeps that two customers that look alike are two: they are not suggested again."""
    low, high = sorted((first, second), key=lambda row: row.pk)
    _row, new = NotDuplicate.objects.get_or_create(business=low.business, first=low, second=high)
    if new:
        log.record(low.business, "customer.told_apart", f"customer:{low.pk}", customer=low, actor=actor, other=high.pk)


@transaction.atomic
def forget_told_apart(*, first: Customer, second: Customer, actor: User) -> None:
    """Takes that back: they may be suggested again."""
    low, high = sorted((first, second), key=lambda row: row.pk)
    gone, _by_model = NotDuplicate.objects.filter(first=low, second=high).delete()
    if gone:
        log.record(low.business, "customer.maybe_one", f"customer:{low.pk}", customer=low, actor=actor, other=high.pk)
