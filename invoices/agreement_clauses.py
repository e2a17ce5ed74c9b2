"""Decides which clauses an agreement has and fills in their figures (domain.md 6.1, 6.2). Pure: terms in, words out."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from arcollect.money import format_date, format_money, parse_locale
from invoices.agreement_words import counted, words_of

# In these countries a debt is a matter of a state's law, or of one of several countries'.
FEDERAL = frozenset({"US", "CA", "AU", "GB"})


class Facts:
    """The figures of an agreement as its sentences need them."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        self.terms = terms
        self.words = words_of(terms["language"])

    def money(self, plain: str) -> str:
        return format_money(Decimal(plain), self.terms["currency"], self.terms["locale"])

    def day(self, iso: str, style: str = "long") -> str:
        return format_date(datetime.date.fromisoformat(iso), self.terms["locale"], style)

    def count(self, noun: str, count: int) -> str:
        return counted(self.words, noun, count)

    @property
    def protection(self) -> str:
        return self.terms["protection"]

    @property
    def discount(self) -> bool:
        return Decimal(self.terms["discount"]) > 0

    @cached_property
    def values(self) -> dict[str, str]:
        """What the braces of a text stand for."""
        terms, rules = self.terms, self.terms["rules"]
        return {
            "creditor": terms["creditor"]["legal_name"],
            "customer": terms["customer"]["legal_name"],
            "reference": terms["reference"],
            "version": str(terms["version"]),
            "replaced": terms["replaces"],
            "total": self.money(terms["total"]),
            "to_pay": self.money(terms["to_pay"]),
            "discount": self.money(terms["discount"]),
            "count": self.count("payments", len(terms["schedule"])),
            "tolerance": self.money(rules["tolerance"]),
            "grace": self.count("business_days", rules["grace_bd"]),
            "cure": self.count("days", rules["cure_days"]),
            "missed": self.count("missed", rules["missed_to_default"]),
            "returned": self.count("returned", rules["returned_to_default"]),
            "law": governing_law(self),
            "mandatory": self.words["law"]["mandatory"],
            "contact": ", ".join(_reach(terms["creditor"])),
            "reach": ", ".join(part for part in (terms["creditor"]["email"], terms["creditor"]["phone"]) if part),
        }


def clauses_of(facts: Facts) -> list[dict[str, str]]:
    """Key, title and text of every clause, in the order they are printed."""
    return list(_clauses(facts))


def _clauses(facts: Facts) -> Iterator[dict[str, str]]:
    texts, rules = facts.words["clauses"], facts.terms["rules"]
    more = {
        "grace": ["tolerance"] if Decimal(rules["tolerance"]) else [],
        "default": [] if facts.protection else ["interest_again"],
        "changes": ["replaces"] if facts.terms["replaces"] else [],
    }
    kept = {
        "charges": f"charges_{facts.protection}" if f"charges_{facts.protection}" in texts else "charges",
        "grace": "grace" if rules["grace_bd"] else "grace_none",
        "early": "early" if rules["extra_reduces"] == "LAST" else "early_next",
        "start": f"start_{rules['active_from']}",
    }
    for key in ORDER:
        if key == "discount" and not facts.discount:
            continue
        title, text = texts[kept.get(key, key)]
        sentences = [text, *(texts[name] for name in more.get(key, ()))]
        yield {"key": key, "title": title, "text": " ".join(sentences).format_map(facts.values)}


ORDER = (
    "debt",
    "payments",
    "charges",
    "discount",
    "early",
    "orders",
    "grace",
    "cure",
    "default",
    "forbear",
    "waiver",
    "changes",
    "start",
    "limitation",
    "electronic",
    "law",
    "contact",
)


def ticks_of(facts: Facts) -> list[dict[str, str]]:
    """Key, exact text and version of what the signer ticks (domain.md 6.7): assent, electronic form, authority, the debt."""
    texts, consent = facts.words["ticks"], f"electronic_{facts.protection}"
    chosen = {
        "agree": texts["agree"],
        "electronic": texts.get(consent, texts["electronic"]),
        "authority": authority_of(facts.words, facts.terms["customer"]["kind"]),
        "debt": texts["debt"],
    }
    version = facts.words["version"]
    return [{"key": key, "text": text.format_map(facts.values), "version": version} for key, text in chosen.items()]


def authority_of(words: Mapping[str, Any], kind: str) -> str:
    """How a signer says that they may bind the customer: a person binds themselves."""
    return words["authority"]["company" if kind == "company" else "individual"]


def governing_law(facts: Facts) -> str:
    """The law the owner chose, else that of where the creditor is (domain.md 6.1)."""
    creditor, texts = facts.terms["creditor"], facts.words["law"]
    if chosen := facts.terms["rules"]["governing_law"]:
        return texts["chosen"].format(law=chosen)
    country = parse_locale(facts.terms["locale"]).territories.get(creditor["country"], "")
    if not country:
        return texts["unknown"]
    if creditor["country"] not in FEDERAL:
        return texts["country"].format(country=country)
    kind = "within" if creditor["region"] else "federal"
    return texts[kind].format(place=creditor["region"], country=country)


def _reach(creditor: Mapping[str, Any]) -> list[str]:
    """Who it is and how to reach them, without what is not known."""
    person = " ".join(part for part in (creditor["contact"], f"({creditor['role']})" if creditor["role"] else "") if part)
    named = person if creditor["contact"] else creditor["name"]
    return [part for part in (named, creditor["phone"].replace(" ", "\N{NO-BREAK SPACE}"), creditor["email"]) if part]
