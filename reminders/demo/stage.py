"""What the writers of the demo share: the business, its people, and the rows written so far by the names the story uses."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from customers.models import Business, Contact, Customer, Event, User
from customers.models.customer import ContactRole
from invoices.models import Dispute, Invoice, PaymentPlan, Promise
from reminders.demo.plans import Agreed
from reminders.demo.reminding import Promised
from reminders.escalation import Setting
from reminders.models import Reminder

OFFICE_OPENS = datetime.time(9, 10)


@dataclass(slots=True)
class Stage:
    """Rows by the names of the story: customers and contacts by reference, the others by invoice number or by what told them."""

    business: Business
    owner: User
    bookkeeper: User
    setting: Setting
    customers: dict[str, Customer] = field(default_factory=dict)
    contacts: dict[str, list[Contact]] = field(default_factory=dict)
    invoices: dict[str, int] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    promises: dict[Promised, Promise] = field(default_factory=dict)
    plans: dict[Agreed, PaymentPlan] = field(default_factory=dict)
    reminders: dict[tuple[str, str, datetime.date, str], Reminder] = field(default_factory=dict)

    def moment(self, day: datetime.date, minutes: int = 0) -> datetime.datetime:
        """So many minutes after the office opened that day, where the business is."""
        opened = datetime.datetime.combine(day, OFFICE_OPENS, ZoneInfo(self.business.time_zone))
        return opened + datetime.timedelta(minutes=minutes)

    def invoice(self, number: str) -> Invoice:
        """The invoice as it is stored now."""
        return Invoice.objects.select_related("business", "customer").get(pk=self.invoices[number])

    def clerk(self, reference: str) -> Contact | None:
        """The person in accounts payable."""
        people = self.contacts[reference]
        return next((contact for contact in people if contact.role == ContactRole.ACCOUNTS_PAYABLE), None)

    def event(self, kind: str, subject: str, customer: Customer, data: Mapping[str, Any] | None = None) -> Event:
        """An unsaved Event by the bookkeeper, to be logged with others of its day."""
        return Event(
            business=self.business, customer=customer, actor=self.bookkeeper, kind=kind, subject=subject, data=dict(data or {})
        )
