"""What tests of the customer's link share: a customer with a link, and their browser, with the code given or without."""

import re
from dataclasses import dataclass, field

from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from customers.models import Contact, Customer
from invoices.linking import issue_link
from invoices.models import Invoice, PortalLink
from invoices.portal.tokens import new_token
from tests import make
from tests.make import day

TODAY = day("2026-03-20")
BANK = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "bank_name": "Commerzbank", "account_holder": "Hollis Tools Ltd"}


@dataclass
class Visitor:
    """Somebody with the link in their browser."""

    link: PortalLink
    token: str
    browser: Client = field(default_factory=Client)

    def address(self, name: str = "portal", /, *args: object) -> str:
        return reverse(name, args=[self.token, *args])

    def get(self, name: str = "portal", /, *args: object) -> HttpResponse:
        return self.browser.get(self.address(name, *args))

    def post(self, name: str, /, *args: object, **data: object) -> HttpResponse:
        return self.browser.post(self.address(name, *args), data)

    def confirm(self) -> "Visitor":
        """Asks for the code and types it in, as anybody does."""
        self.post("portal-code")
        digits = re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
        answer = self.post("portal-confirm", digits=digits)
        assert answer.status_code == 302, answer.content
        return self


def visitor(customer: Customer, *invoices: Invoice, contact: Contact | None = None, **fields: object) -> Visitor:
    """The customer with a letter's link to these invoices."""
    token = new_token()
    contact = contact or customer.contacts.first() or make.contact(customer, name="Ana López")
    terms = {"purpose": "letter", "currency": invoices[0].currency, "today": TODAY, "contact": contact} | fields
    link = issue_link(customer=customer, invoices=[row.pk for row in invoices], token=token, **terms)
    return Visitor(link, token)
