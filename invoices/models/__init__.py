"""What is owed, what came in, and what was agreed."""

from invoices.models.agreement import Dispute, Instalment, PaymentPlan, PlanInvoice, Promise, PromiseLine
from invoices.models.drafting import DraftInvoice, DraftLine, NumberSeries, PaperMail
from invoices.models.incoming import InvoiceDetail, SyncConflict, SyncSource
from invoices.models.insight import (
    AccountStanding,
    CreditAdvice,
    CustomerScore,
    ExpectedCash,
    ForecastReview,
    InvoiceForecast,
    LedgerDay,
    ReductionPlan,
    SegmentOverride,
)
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
    "AccountStanding",
    "Allocation",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "ColumnLayout",
    "CreditAdvice",
    "CreditNote",
    "CustomerScore",
    "Dispute",
    "DraftInvoice",
    "DraftLine",
    "ExpectedCash",
    "ForecastReview",
    "Instalment",
    "InterestWaiver",
    "Invoice",
    "InvoiceDetail",
    "InvoiceForecast",
    "InvoiceLine",
    "KnownPayer",
    "LedgerDay",
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
    "ReductionPlan",
    "ReferenceRate",
    "Refund",
    "RemittanceAdvice",
    "RemittanceLine",
    "Satisfaction",
    "SegmentOverride",
    "Settlement",
    "SettlementInvoice",
    "Signature",
    "SyncConflict",
    "SyncSource",
    "WriteOff",
]
