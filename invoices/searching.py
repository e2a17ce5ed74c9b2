"""Reads what a search of everything finds: customers, invoices by number or amount, people by phone (look.md)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from customers.models import Business, Contact, Customer
from invoices.models import Invoice
from invoices.numbering import number_key

LIMIT = 20
# Fewer digits than these are too many people's.
PHONE_DIGITS = 4
GROUPS = re.compile(r"(?<=\d)[ ',.\N{NO-BREAK SPACE}](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Found:
    """The first customers and invoices that fit; open invoices come before paid ones."""

    customers: Sequence[Customer]
    invoices: Sequence[Invoice]

    @property
    def only(self) -> Customer | Invoice | None:
        """The one thing found, where it is one."""
        rows = [*self.customers, *self.invoices]
        return rows[0] if len(rows) == 1 else None


def find(business: Business, words: str) -> Found:
    """What fits `words` in the business, in two queries; nothing for nothing."""
    if not words.strip():
        return Found([], [])
    return Found(_customers(business, words), _invoices(business, words))


def amounts_in(words: str) -> set[Decimal]:
    """The amounts somebody may mean: "1.250" is a thousand and more, or one and a quarter; "$1,250.00" only the first."""
    typed = re.sub(r"[^\d.,' \N{NO-BREAK SPACE}]", "", words).strip(" .,'")
    if not typed:
        return set()
    readings = {GROUPS.sub("", typed), typed}
    found = set()
    for reading in readings:
        plain = reading.replace(",", ".")
        if re.fullmatch(r"\d{1,15}(\.\d{1,3})?", plain):
            found.add(Decimal(plain))
    return found


def _customers(business: Business, words: str) -> Sequence[Customer]:
    digits = re.sub(r"\D", "", words)
    contacts = Contact.objects.filter(customer=OuterRef("pk"))
    fits = Q()
    for word in words.split():
        person = contacts.filter(Q(name__icontains=word) | Q(email__icontains=word))
        fits &= Q(name__icontains=word) | Q(legal_name__icontains=word) | Q(reference__icontains=word) | Exists(person)
    # Stored with the country in front, typed with a nought or two there.
    for typed in {digits, digits.lstrip("0")}:
        if len(typed) >= PHONE_DIGITS:
            fits |= Exists(contacts.filter(Q(phone__contains=typed) | Q(fax__contains=typed)))
    return list(Customer.objects.filter(fits, business=business, merged_into=None)[:LIMIT])


def _invoices(business: Business, words: str) -> Sequence[Invoice]:
    key, amounts = number_key(words), amounts_in(words)
    fits = Q(total__in=amounts) | Q(balance__in=amounts)
    if key:
        fits |= Q(number_key__contains=key)
    rows = Invoice.objects.filter(fits, business=business).select_related("customer")
    return list(rows.order_by("-balance", "-issued_on")[:LIMIT])
