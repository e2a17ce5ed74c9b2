"""The customers of one business by reference and by name, as an import looks them up."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Customer, Event, ImportBatch, User
from customers.names import name_key
from invoices.imports.problems import CellProblem


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a customer as booking a row needs."""

    id: int
    reference: str
    terms_days: int | None


class CustomerBook:
    """Finds customers without a query a row: a reference and a name of each are all that is kept in memory."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self._by_reference: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        rows = Customer.objects.filter(business=business).order_by("pk")
        names = ("pk", "reference", "terms_days", "name", "merged_into_id", "merged_into__terms_days")
        for pk, reference, terms_days, name, kept, kept_terms in rows.values_list(*names).iterator(chunk_size=5000):
            self._keep(Known(kept, reference, kept_terms) if kept else Known(pk, reference, terms_days), name)

    def find(self, reference: str, name: str) -> Known | None:
        """By reference where there is one, else by name; None where nobody is called so. CellProblem where several are."""
        if reference:
            return self._by_reference.get(reference)
        named = self._by_name.get(name_key(name), [])
        if len(named) > 1:
            text = _("%(count)d customers are called %(name)s: use their references")
            raise CellProblem(text % {"count": len(named), "name": name}, "customer_name")
        return named[0] if named else self._by_reference.get(name)

    def add(self, wanted: Sequence[tuple[str, str]], batch: ImportBatch, actor: User | None) -> int:
        """Creates the customers of these (reference, name) pairs that are new, one stands in for the other; how many."""
        new: dict[str, Customer] = {}
        for reference, name in wanted:
            key = reference or name
            if key not in new and self.find(reference, name) is None:
                new[key] = Customer(business=self.business, reference=key, name=name or reference, import_batch=batch)
        Customer.objects.bulk_create(new.values())
        log.record_many(self.business, [customer_event(row, "customer.imported", actor, batch=batch.pk) for row in new.values()])
        for row in new.values():
            self._keep(Known(row.pk, row.reference, row.terms_days), row.name)
        return len(new)

    def _keep(self, known: Known, name: str) -> None:
        """A customer that was merged is found under its own reference and name, as the one it became."""
        self._by_reference[known.reference] = known
        named = self._by_name[name_key(name)]
        if known.id not in {other.id for other in named}:
            named.append(known)


def customer_event(row: Customer, kind: str, actor: User | None, **data: object) -> Event:
    """An Event about this customer; `data` holds ids and names of fields, never what they say."""
    return Event(business_id=row.business_id, customer_id=row.pk, actor=actor, kind=kind, subject=f"customer:{row.pk}", data=data)


def due_date(issued_on: datetime.date, known: Known, business: Business) -> datetime.date:
    """The due date of an invoice that names none: by the customer's terms, else the business's usual ones."""
    days = business.terms_days if known.terms_days is None else known.terms_days
    return issued_on + datetime.timedelta(days=days)
