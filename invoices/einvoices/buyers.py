"""Who of our customers the buyer of an electronic invoice is: found, perhaps, or nobody we know."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from customers.models import Business, Customer
from customers.names import name_key, plain_name
from invoices.einvoices.content import Party
from invoices.einvoices.sides import plain_number
from invoices.matching_names import PayerNames

# How alike a name must be to be offered; the number of customers offered.
OFFERED_FROM = 80
OFFERED = 3
# A customer number in a file is the customer's only where the name is not a wholly different one.
REFERENCE_FROM = 75


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a customer as is needed to tell whether it is the buyer."""

    id: int
    reference: str
    name: str
    tax_id: str
    terms_days: int | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """`customer`: who it is, for sure; else `alike`: who it may be, the likeliest first, for a person to say."""

    customer: Known | None = None
    alike: tuple[Known, ...] = ()


@dataclass(slots=True)
class BuyerBook:
    """The customers of one business by tax id, reference and name; `read_buyers` fills it, new ones are added as they come."""

    known: dict[int, Known] = field(default_factory=dict)
    _references: dict[str, int] = field(default_factory=dict)
    _tax_ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _called: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _names: PayerNames = field(default_factory=PayerNames)

    def add(self, customer: Known, legal_name: str = "") -> None:
        """Keeps a customer."""
        self.known[customer.id] = customer
        self.lend(customer.id, customer, legal_name)

    def lend(self, customer_id: int, other: Known, legal_name: str = "") -> None:
        """What `other` is found by leads to this customer: to itself, or to the one it was merged into."""
        self._references[other.reference] = customer_id
        if plain := plain_number(other.tax_id):
            self._tax_ids[plain].add(customer_id)
        for name in filter(None, (other.name, legal_name)):
            self._called[name_key(name)].add(customer_id)
        self._names.add(customer_id, other.name, legal_name)
        self._names.seen.clear()

    def find(self, party: Party) -> Buyer:
        """The buyer by tax id, by our number for them, or by exactly their name; those with a name alike are only offered.

        Two different tax ids are two customers, whatever they are called. Where several are called the same, or share the
        tax id and no name tells them apart, a person must say which it is.
        """
        names = {party.name, party.legal_name} - {""}
        scores = {pk: score for name in names for pk, score in self._names.who(name).items()}
        by_number = self._tax_ids.get(plain_number(party.tax_id), set()) if party.tax_id else set()
        by_name = {pk for name in names for pk in self._called.get(name_key(name), ()) if not self._differs(pk, party)}
        by_reference = {
            pk
            for own in party.ids
            if (pk := self._references.get(own)) and scores.get(pk, 0) >= REFERENCE_FROM and not self._differs(pk, party)
        }
        for found in (by_number & by_name, by_number, by_reference, by_name):
            if len(found) == 1:
                return Buyer(self.known[next(iter(found))])
        alike = sorted((pk for pk, score in scores.items() if score >= OFFERED_FROM), key=lambda pk: (-scores[pk], pk))
        return Buyer(alike=tuple(self.known[pk] for pk in dict.fromkeys([*sorted(by_number), *alike]))[:OFFERED])

    def may_be(self, customer_id: int, party: Party) -> bool:
        """Whether this customer, who has the invoice already, can be the buyer the file names."""
        buyer = self.find(party)
        return buyer.customer.id == customer_id if buyer.customer else customer_id in {one.id for one in buyer.alike}

    def free_reference(self, wanted: str) -> str:
        """The reference for a new customer: the wanted one, or with a number behind it where that is taken."""
        reference, count = wanted[:100], 1
        while reference in self._references:
            count += 1
            reference = f"{wanted[:94]} {count}"
        return reference

    def _differs(self, pk: int, party: Party) -> bool:
        ours, theirs = plain_number(self.known[pk].tax_id), plain_number(party.tax_id)
        return bool(ours and theirs and ours != theirs)


def read_buyers(business: Business) -> BuyerBook:
    """The customers of a business; one that was merged is found by its own number and name, as the one it became. One query."""
    book = BuyerBook()
    rows = Customer.objects.filter(business=business).order_by("pk")
    fields = ("pk", "reference", "name", "tax_id", "terms_days", "legal_name", "merged_into_id")
    for *plain, legal_name, kept in rows.values_list(*fields).iterator(chunk_size=5000):
        customer = Known(*plain)
        if kept:
            book.lend(kept, customer, legal_name)
        else:
            book.add(customer, legal_name)
    return book


def buyer_key(party: Party) -> str:
    """The same for every invoice of one upload to the same buyer: what a person says of one counts for all."""
    what = plain_name(party.name) + "\x1f" + plain_number(party.tax_id)
    return hashlib.sha256(what.encode()).hexdigest()[:16]
