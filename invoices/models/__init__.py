"""What is owed, what came in, and what was agreed."""

from invoices.models.agreement import Dispute, Instalment, PaymentPlan, PlanInvoice, Promise, PromiseLine
from invoices.models.drafting import DraftInvoice, DraftLine, NumberSeries, PaperMail
from invoices.models.incoming import InvoiceDetail, SyncConflict, SyncSource
from invoices.models.interest import InterestWaiver, ReferenceRate
from invoices.models.invoice import CreditNote, Invoice, InvoiceLine
from invoices.models.money import Allocation, Payment, Refund, WriteOff
from invoices.models.portal import PortalCode, PortalLink, Satisfaction, Signature
from invoices.models.preflight import PreflightCheck
from invoices.models.settlement import Settlement, SettlementInvoice
from invoices.models.statement import (
    BankAccount,
    BankLine,
    BankStatement,
    ColumnLayout,
    KnownPayer,
    RemittanceAdvice,
    RemittanceLine,
)

__all__ = [
    "Allocation",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "ColumnLayout",
    "CreditNote",
    "Dispute",
    "DraftInvoice",
    "DraftLine",
    "Instalment",
    "InterestWaiver",
    "Invoice",
    "InvoiceDetail",
    "InvoiceLine",
    "KnownPayer",
    "NumberSeries",
    "PaperMail",
    "Payment",
    "PaymentPlan",
    "PlanInvoice",
    "PortalCode",
    "PortalLink",
    "PreflightCheck",
    "Promise",
    "PromiseLine",
    "ReferenceRate",
    "Refund",
    "RemittanceAdvice",
    "RemittanceLine",
    "Satisfaction",
    "Settlement",
    "SettlementInvoice",
    "Signature",
    "SyncConflict",
    "SyncSource",
    "WriteOff",
]
