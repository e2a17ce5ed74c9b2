"""What people read of each check: its name, and where what is wrong can be put right. Pure."""

from django.utils.translation import gettext_lazy as lazy

from invoices.models.agreement import Preflight

NAMES = {
    Preflight.PF01: lazy("Legal name and register entry"),
    Preflight.PF02: lazy("Invoice number"),
    Preflight.PF03: lazy("Order number"),
    Preflight.PF04: lazy("Accounts payable and address"),
    Preflight.PF05: lazy("Due date and terms"),
    Preflight.PF06: lazy("Lines and sums"),
    Preflight.PF07: lazy("Tax by rate"),
    Preflight.PF08: lazy("Tax numbers"),
    Preflight.PF09: lazy("Account to pay to"),
    Preflight.PF10: lazy("Invoiced twice?"),
    Preflight.PF11: lazy("Proof of delivery"),
    Preflight.PF12: lazy("Currency"),
    Preflight.PF13: lazy("Price and discount as agreed"),
    Preflight.PF14: lazy("Terms accepted and attached"),
    Preflight.PF15: lazy("Credit limit and hold"),
    Preflight.PF16: lazy("Descriptions"),
    Preflight.PF17: lazy("Nothing private in the texts"),
    Preflight.PF18: lazy("Invoiced in time"),
}

CUSTOMER, CONTACT, INVOICE, FLAGS = "customer-edit", "contact-card", "invoice-correct", "customer-flags"
# Where it can be put right although the invoice is out; what stands in none of these needs a new invoice.
DOORS = {
    Preflight.PF01: (CUSTOMER, lazy("Change their details")),
    Preflight.PF03: (INVOICE, lazy("Enter the order number")),
    Preflight.PF04: (CONTACT, lazy("Check the contact")),
    Preflight.PF08: (CUSTOMER, lazy("Change their details")),
    Preflight.PF11: (INVOICE, lazy("Enter the day of delivery")),
    Preflight.PF12: (CUSTOMER, lazy("Change their details")),
    Preflight.PF13: (CUSTOMER, lazy("Change their details")),
    Preflight.PF14: (CUSTOMER, lazy("Enter when they accepted")),
    Preflight.PF15: (CUSTOMER, lazy("Change their details")),
    Preflight.PF18: (INVOICE, lazy("Enter the day of delivery")),
}
# Warnings that keep an invoice from being paid nearly as surely as what would have stopped it before it was issued.
LIKELY = frozenset({Preflight.PF08, Preflight.PF13})
