"""Makes the customer an electronic invoice names, of what it says of them."""

from arcollect.phones import parse_phone
from customers import log
from customers.models import Contact, Customer, ImportBatch
from invoices.einvoices.buyers import BuyerBook, Known
from invoices.einvoices.content import Party
from invoices.imports.customerbook import customer_event
from invoices.imports.rows import is_email


def make_customer(*, batch: ImportBatch, party: Party, buyers: BuyerBook) -> Known:
    """A new customer with address, tax id and contact, under our number for them or else their name; `buyers` learns of it.
    In the transaction under way."""
    row = Customer.objects.create(
        business=batch.business,
        reference=buyers.free_reference(next(iter(party.ids), "") or party.name),
        name=party.name[:200],
        legal_name="" if party.legal_name == party.name else party.legal_name,
        street=party.street,
        city=party.city,
        postal_code=party.postal_code,
        region=party.region,
        country=party.country.upper(),
        tax_id=party.tax_id,
        registration=party.registration,
        import_batch=batch,
    )
    _add_contact(row, party)
    log.record_many(batch.business, [customer_event(row, "customer.imported", batch.by, batch=batch.pk)])
    known = Known(row.pk, row.reference, row.name, row.tax_id, row.terms_days)
    buyers.add(known, row.legal_name)
    return known


def _add_contact(customer: Customer, party: Party) -> None:
    """What is no address or number is kept in the notes of the contact, for a person to mend."""
    email = party.email if is_email(party.email) else ""
    phone = (parse_phone(party.phone, party.country or customer.business.country) or "") if party.phone else ""
    odd = [words for words, usable in ((party.email, email), (party.phone, phone)) if words and not usable]
    if party.contact or email or phone or odd:
        who = {"business": customer.business, "customer": customer, "name": party.contact}
        Contact.objects.create(**who, email=email, phone=phone, notes="\n".join(odd))
