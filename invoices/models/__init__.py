"""What is owed, what came in, and what was agreed."""

from invoices.models.agreement import Dispute, Instalment, PaymentPlan, PlanInvoice, Promise, PromiseLine
from invoices.models.interest import InterestWaiver, ReferenceRate
from invoices.models.invoice import CreditNote, Invoice, InvoiceLine
from invoices.models.money import Allocation, Payment, WriteOff
from invoices.models.portal import PortalCode, PortalLink, Signature
from invoices.models.settlement import Settlement, SettlementInvoice

__all__ = [
    "Allocation",
    "CreditNote",
    "Dispute",
    "Instalment",
    "InterestWaiver",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PaymentPlan",
    "PlanInvoice",
    "PortalCode",
    "PortalLink",
    "Promise",
    "PromiseLine",
    "ReferenceRate",
    "Settlement",
    "SettlementInvoice",
    "Signature",
    "WriteOff",
]
