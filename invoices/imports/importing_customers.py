"""Books customer rows: creates customers with a contact, corrects those that are known, chunk by chunk."""

import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _

from arcollect.phones import parse_phone
from customers import log
from customers.models import Business, Contact, Customer, ImportBatch, User
from customers.models.customer import ContactRole
from invoices.imports.customerbook import customer_event
from invoices.imports.problems import LineProblem
from invoices.imports.rows import CustomerRow, is_email
from invoices.imports.tally import Tally

# Layout field -> model field, in the order of the layout.
FIELDS = {
    "name": "name", "legal_name": "legal_name", "address": "street", "city": "city", "postal_code": "postal_code",
    "region": "region", "country": "country", "language": "language", "time_zone": "time_zone", "tax_id": "tax_id",
    "terms_days": "terms_days", "credit_limit": "credit_limit",
}  # fmt: skip
ROLES = {
    ContactRole.ACCOUNTS_PAYABLE: {
        "", "ap", "accounts payable", "accounting", "bookkeeping", "bookkeeper", "accountant", "billing", "finance",
        "buchhaltung", "kreditorenbuchhaltung", "contabilidad", "cuentas por pagar",
    },
    ContactRole.DECISION_MAKER: {
        "decision", "decision maker", "decision-maker", "owner", "ceo", "cfo", "director", "managing director", "president",
        "inhaber", "inhaberin", "geschäftsführer", "geschäftsführerin", "gerente", "dueño", "propietario",
    },
    ContactRole.REPRESENTATIVE: {"representative", "lawyer", "attorney", "anwalt", "abogado"},
}  # fmt: skip


class CustomerImporter:
    """Takes chunks of CustomerRows of one file; every reference may come once."""

    def __init__(self, business: Business, batch: ImportBatch, tally: Tally, today: datetime.date, actor: User | None) -> None:
        self.business, self.batch, self.tally, self.actor = business, batch, tally, actor
        self._seen: dict[str, tuple[int, int]] = {}

    def write(self, rows: Sequence[CustomerRow]) -> None:
        """Decides and books these rows, in this order."""
        rows = self._still_apart([row for row in rows if self._first_of_its_reference(row)])
        known = self._known(rows)
        created = {row.reference: self._new(row) for row in rows if row.reference not in known}
        Customer.objects.bulk_create(created.values())
        changes = {reference: self._correct(row, known[reference]) for row in rows if (reference := row.reference) in known}
        touched = self._write_contacts(rows, known | created)
        events = [customer_event(row, "customer.imported", self.actor, batch=self.batch.pk) for row in created.values()]
        for reference, customer in known.items():
            fields = changes[reference] + ["contact"] * (customer.pk in touched)
            if fields:
                events.append(customer_event(customer, "customer.changed", self.actor, batch=self.batch.pk, fields=fields))
            self.tally.updated += bool(fields)
            self.tally.unchanged += not fields
        self.tally.created += len(created)
        log.record_many(self.business, events)

    def _first_of_its_reference(self, row: CustomerRow) -> bool:
        content = hash((row.reference, *(getattr(row, name) for name in (*FIELDS, *_CONTACT))))
        line, earlier = self._seen.setdefault(row.reference, (row.line, content))
        if line == row.line:
            return True
        if earlier == content:
            self.tally.unchanged += 1
        else:
            reason = _("%(reference)s was already in line %(line)d, with other values")
            self.tally.refused.append(LineProblem(row.line, "reference", reason % {"reference": row.reference, "line": line}))
        return False

    def _still_apart(self, rows: Sequence[CustomerRow]) -> list[CustomerRow]:
        """The rows without those of customers that were merged: what is true of the one they became, a person has chosen."""
        gone = Customer.objects.filter(business=self.business, reference__in={row.reference for row in rows})
        merged = dict(gone.exclude(merged_into=None).values_list("reference", "merged_into__reference"))
        for row in rows:
            if row.reference in merged:
                self.tally.unchanged += 1
                words = _("%(gone)s was merged into %(kept)s: left as it is")
                self.tally.warn(row.line, "reference", words % {"gone": row.reference, "kept": merged[row.reference]})
        return [row for row in rows if row.reference not in merged]

    def _known(self, rows: Sequence[CustomerRow]) -> dict[str, Customer]:
        """The customers these rows mean, by the row's reference.

        Invoices may have come before: a customer they created from the name alone is the one of that name, and gets the
        reference it now has.
        """
        references = {row.reference for row in rows}
        found = {row.reference: row for row in Customer.objects.filter(business=self.business, reference__in=references)}
        names = {row.name: row.reference for row in rows if row.reference not in found and row.name != row.reference}
        for customer in Customer.objects.filter(business=self.business, reference__in=names):
            if customer.name == customer.reference:
                found[names[customer.name]] = customer
        return found

    def _new(self, row: CustomerRow) -> Customer:
        values = {field: getattr(row, name) for name, field in FIELDS.items() if getattr(row, name) is not None}
        return Customer(business=self.business, reference=row.reference, import_batch=self.batch, **values)

    def _correct(self, row: CustomerRow, customer: Customer) -> list[str]:
        """Writes what differs, and returns the names of the fields; a blank cell corrects nothing."""
        after = {field: getattr(row, name) for name, field in FIELDS.items() if getattr(row, name) not in (None, "")}
        after["reference"] = row.reference
        changed = sorted(field for field, value in after.items() if getattr(customer, field) != value)
        for field in changed:
            setattr(customer, field, after[field])
        if changed:
            customer.save(update_fields=changed)
        return changed

    def _write_contacts(self, rows: Sequence[CustomerRow], customers: dict[str, Customer]) -> set[int]:
        """Creates and corrects the contact of each row that has one; the ids of the customers this touched."""
        existing: dict[int, list[Contact]] = {customer.pk: [] for customer in customers.values()}
        for contact in Contact.objects.filter(customer__in=existing):
            existing[contact.customer_id].append(contact)
        new, touched = [], set()
        for row in rows:
            customer = customers[row.reference]
            wanted = self._contact(row, customer)
            if wanted is None:
                continue
            match = next((contact for contact in existing[customer.pk] if _same_person(contact, wanted)), None)
            if match is None:
                new.append(wanted)
                touched.add(customer.pk)
            elif _merge(match, wanted):
                touched.add(customer.pk)
        Contact.objects.bulk_create(new)
        return touched

    def _contact(self, row: CustomerRow, customer: Customer) -> Contact | None:
        """The contact of a row; what is no address or number is kept in its notes and reported, for a person to mend."""
        region = row.country or customer.country or self.business.country
        odd = []
        email = row.email if is_email(row.email) else ""
        if row.email and not email:
            odd.append(("email", row.email))
        numbers = {"phone": "", "fax": ""}
        for name in numbers:
            raw = getattr(row, name)
            numbers[name] = (parse_phone(raw, region) or "") if raw else ""
            if raw and not numbers[name]:
                odd.append((name, raw))
        for name, raw in odd:
            reason = _('"%(text)s" cannot be used as it is; kept in the notes of the contact')
            self.tally.warn(row.line, name, reason % {"text": raw})
        if not (row.contact_name or email or numbers["phone"] or numbers["fax"] or odd):
            return None
        return Contact(
            business=self.business,
            customer=customer,
            name=row.contact_name[:200],
            role=_role(row.contact_role),
            email=email,
            notes="\n".join(f"{name}: {raw}" for name, raw in odd),
            **numbers,
        )


_CONTACT = ("contact_name", "contact_role", "email", "phone", "fax")


def _role(text: str) -> str:
    word = text.strip().casefold()
    return next((role for role, words in ROLES.items() if word in words), ContactRole.OTHER)


def _same_person(contact: Contact, wanted: Contact) -> bool:
    """Equal names or equal addresses mean one person; without either the only thing left to compare is the number."""
    if wanted.email and contact.email.casefold() == wanted.email.casefold():
        return True
    if wanted.name:
        return contact.name.casefold() == wanted.name.casefold()
    return not wanted.email and (contact.phone, contact.notes) == (wanted.phone, wanted.notes)


def _merge(contact: Contact, wanted: Contact) -> bool:
    """Brings a known contact up to date; a new address must be verified again. Whether anything changed."""
    before = {name: getattr(contact, name) for name in ("name", "email", "phone", "fax", "notes")}
    after = {name: getattr(wanted, name) or value for name, value in before.items()}
    changed = [name for name in before if before[name] != after[name]]
    for name in changed:
        setattr(contact, name, after[name])
    if "email" in changed:
        contact.verified_on = contact.bounced_on = contact.email_stopped_on = None
        changed += ["verified_on", "bounced_on", "email_stopped_on"]
    if changed:
        contact.save(update_fields=changed)
    return bool(changed)
