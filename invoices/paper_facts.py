"""Reads what a draft, once issued, will say: the draft's own fields, and the business and customer as they are today."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace

from customers.documents import data_uri
from customers.models import Business, Contact, Customer
from customers.models.customer import ContactRole
from invoices.models import DraftInvoice, DraftLine
from invoices.paper import CREDIT_NOTE, INVOICE, Account, Corrected, Paper, PaperLine, Party
from invoices.paper_words import language_for
from invoices.sums import Item, sum_up


def paper_of(draft: DraftInvoice, number: str) -> Paper:
    """The invoice this draft becomes under `number`."""
    business, customer = draft.business, draft.customer
    items = [item_of(line) for line in draft.lines.all()]
    sums = sum_up(items, draft.currency, draft.prepaid)
    return Paper(
        number=number,
        type_code=INVOICE,
        issued_on=draft.issue_on,
        due_on=due_on(draft),
        currency=draft.currency,
        language=language_for(customer.language or business.language),
        seller=seller_of(business),
        buyer=buyer_of(customer),
        account=account_of(business),
        lines=_lines(draft.lines.all(), items, sums.nets),
        sums=sums,
        terms_days=draft.terms_days,
        discount_pct=customer.discount_pct,
        discount_days=customer.discount_days,
        delivered_on=draft.delivered_on,
        purchase_order=draft.purchase_order,
        buyer_reference=draft.buyer_reference,
        quote_reference=draft.quote_reference,
        exemption_reason=draft.exemption_reason,
        note=draft.note,
        conditions=business.terms_text.strip(),
        logo=data_uri(business.logo),
    )


def credit_paper_of(draft: DraftInvoice, lines: Sequence[DraftLine], *, number: str, on: datetime.date, note: str) -> Paper:
    """The credit note that takes `lines` back: lines of the issued draft, with the quantity that is taken back of each."""
    items = [item_of(line) for line in lines]
    sums = sum_up(items, draft.currency)
    return replace(
        paper_of(draft, number),
        type_code=CREDIT_NOTE,
        issued_on=on,
        due_on=on,
        lines=_lines(lines, items, sums.nets),
        sums=sums,
        terms_days=0,
        discount_pct=None,
        discount_days=None,
        note=note,
        conditions="",
        corrects=Corrected(draft.invoice.number, draft.invoice.issued_on),
    )


def due_on(draft: DraftInvoice) -> datetime.date:
    """The date of the invoice plus its terms."""
    return draft.issue_on + datetime.timedelta(days=draft.terms_days)


def item_of(line: DraftLine) -> Item:
    """The line in figures."""
    return Item(line.quantity, line.unit_price, line.discount_pct, line.tax_category, line.tax_rate)


def seller_of(business: Business) -> Party:
    """The business as the seller."""
    return Party(
        name=business.name,
        legal_name=business.legal_name or business.name,
        street=tuple(business.street.splitlines()),
        city=business.city,
        postal_code=business.postal_code,
        region=business.region,
        country=business.country,
        lines=tuple(business.address_lines),
        tax_id=business.tax_id,
        registration=business.registration,
        contact_name=business.signatory,
        phone=business.signatory_phone or business.phone,
        email=business.email,
        website=business.website,
    )


def buyer_of(customer: Customer) -> Party:
    """The customer as the buyer, at their accounts payable where there is one."""
    contact = accounts_payable(customer)
    return Party(
        name=customer.name,
        legal_name=customer.legal_name or customer.name,
        street=tuple(customer.street.splitlines()),
        city=customer.city,
        postal_code=customer.postal_code,
        region=customer.region,
        country=customer.country,
        lines=tuple(customer.address_lines),
        tax_id=customer.tax_id,
        registration=customer.registration,
        contact_name=contact.name if contact else "",
        email=contact.email if contact else "",
        reference=customer.reference,
    )


def accounts_payable(customer: Customer) -> Contact | None:
    """Who gets invoices there: a verified address before one that is not, accounts payable only."""
    found = customer.contacts.filter(role=ContactRole.ACCOUNTS_PAYABLE)
    return min(found, key=lambda row: (not row.reachable_by_email, row.verified_on is None, row.pk), default=None)


def account_of(business: Business) -> Account:
    """Where the business is paid."""
    details = tuple(line.strip() for line in business.account_details.splitlines() if line.strip())
    known = business.iban or details or business.bank_name
    holder = (business.account_holder or business.legal_name or business.name) if known else ""
    return Account(holder, business.bank_name, business.iban, business.bic, details, business.payment_link)


def _lines(rows: Iterable[DraftLine], items: Sequence[Item], nets: Sequence) -> tuple[PaperLine, ...]:
    found = zip(rows, items, nets, strict=True)
    return tuple(PaperLine(place, row.description, row.unit, item, net) for place, (row, item, net) in enumerate(found, 1))
