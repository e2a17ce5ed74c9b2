"""Reads what a payment agreement says, as one JSON object in the customer's language: what is printed and what is hashed.

The page is made of these terms and nothing else, so that whoever has them can check every word that was signed (domain.md 6.1).
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from arcollect.addresses import paper_for
from arcollect.money import format_plain
from arcollect.phones import show_phone
from customers.models import Business, Customer
from customers.models.customer import Kind
from invoices.agreement_clauses import Facts, clauses_of, ticks_of
from invoices.agreement_words import language_for, words_of
from invoices.models import PaymentPlan
from invoices.plans import preset_of

FORMAT = "payment-agreement/1"
# Whom the law protects as a person, by the preset: their agreements are worded as the exemptions of domain.md 6.2 need it.
PROTECTED = {"UK": "uk_individual", "US": "us_consumer"}
# What a plan is kept by, and ended by: frozen with it, whatever the settings say later.
RULES = (
    "grace_bd",
    "cure_days",
    "tolerance",
    "missed_to_default",
    "returned_to_default",
    "extra_reduces",
    "active_from",
)


def terms_of(plan: PaymentPlan) -> dict[str, Any]:
    """Everything the agreement of `plan` says, amounts as strings with the currency's decimals and dates in ISO."""
    customer, business = plan.customer, plan.business
    language = language_for(customer.language or business.language)
    terms = {
        "format": FORMAT,
        "language": language,
        "locale": f"{language}-{customer.country or business.country}",
        "words": words_of(language)["version"],
        "plan": plan.pk,
        "version": plan.version,
        "replaces": reference_of(plan.replaces) if plan.replaces and plan.replaces.signed_at else "",
        "reference": reference_of(plan),
        "paper": paper_for(customer.country or business.country).lower(),
        "offered_on": _day(plan.offered_on),
        "accept_by": _day(plan.accept_by),
        "protection": protection_of(customer),
        "creditor": _creditor(business, customer),
        "customer": _customer(customer),
        "payment": _payment(business),
        "rules": _rules(business),
        **_figures(plan),
    }
    facts = Facts(terms)
    return terms | {"clauses": clauses_of(facts), "ticks": ticks_of(facts)}


def reference_of(plan: PaymentPlan) -> str:
    """The number of a plan's agreement, which its payments quote: "C0042-P812"."""
    return f"{plan.customer.reference}-P{plan.pk}"


def rules_of(plan: PaymentPlan, rules: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """What a plan is kept by: the rules its agreement states, whatever the settings became since (T53).

    `rules`: the business's own for plans, for whoever has read them already; they hold where an agreement says nothing.
    """
    return {**(plan.business.rules["plan"] if rules is None else rules), **plan.terms.get("rules", {})}


def protection_of(customer: Customer) -> str:
    """The stricter law an agreement is worded for, "individual" where there is a person but no such law, "" for a company."""
    if customer.kind == Kind.COMPANY:
        return ""
    return PROTECTED.get(preset_of(customer.business.country, customer.business.rules), "individual")


def _figures(plan: PaymentPlan) -> dict[str, Any]:
    currency = plan.currency
    covered = plan.covered.select_related("invoice").order_by("invoice__due_on", "invoice__issued_on", "invoice__number")
    rows = list(plan.instalments.order_by("position"))
    return {
        "currency": currency,
        "invoices": [
            {
                "invoice": row.invoice_id,
                "number": row.invoice.number,
                "issued_on": row.invoice.issued_on.isoformat(),
                "due_on": row.invoice.due_on.isoformat(),
                "total": format_plain(row.invoice.total, currency),
                "covered": format_plain(row.amount, currency),
            }
            for row in covered
        ],
        "total": format_plain(plan.total, currency),
        "discount": format_plain(plan.discount, currency),
        "to_pay": format_plain(sum((row.amount for row in rows), Decimal(0)), currency),
        "schedule": [
            {"position": row.position, "due_on": row.due_on.isoformat(), "amount": format_plain(row.amount, currency)}
            for row in rows
        ],
    }


def _creditor(business: Business, customer: Customer) -> dict[str, Any]:
    """Who agrees, and whom to talk to there; telephone numbers as the customer dials them."""
    country = customer.country or business.country
    return {
        "name": business.name,
        "legal_name": business.legal_name or business.name,
        "address": business.address_lines,
        "region": business.region,
        "country": business.country,
        "tax_id": business.tax_id,
        "registration": business.registration,
        "contact": business.signatory,
        "role": business.signatory_role,
        "phone": show_phone(business.signatory_phone or business.phone, country),
        "email": business.email,
        "logo_sha256": business.logo.sha256 if business.logo else "",
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "legal_name": customer.legal_name or customer.name,
        "reference": customer.reference,
        "address": customer.address_lines if customer.has_address else [],
        "country": customer.country or customer.business.country,
        "tax_id": customer.tax_id,
        "kind": customer.kind,
    }


def _payment(business: Business) -> dict[str, Any]:
    has_account = business.iban or business.account_details or business.bank_name
    return {
        "account_holder": (business.account_holder or business.legal_name or business.name) if has_account else "",
        "bank": business.bank_name,
        "iban": business.iban,
        "bic": business.bic,
        "lines": business.account_details.splitlines(),
    }


def _rules(business: Business) -> Mapping[str, Any]:
    plan = business.rules["plan"]
    return {name: plan[name] for name in RULES} | {"governing_law": plan["governing_law"]}


def _day(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
