"""What an agreement says: everything domain.md 6.1 lists, in the customer's language and under the law that protects them."""

import hashlib
import string
from decimal import Decimal

import pytest

from arcollect.canonical import canonical_hash
from customers.models.customer import Kind
from invoices.agreement_clauses import ORDER
from invoices.agreement_terms import terms_of
from invoices.agreement_words import WORDS, language_for, languages, words_of
from tests import agreements, make

# The texts as they were when their version was given: whoever changes a text changes its version, and both lines here (T53).
TEXTS = {
    "de-2026-11-2": "7a0c7922a1b92391",
    "en-2026-11-2": "68df5a943e90e6aa",
    "es-2026-11-2": "7aeb64731bacd026",
}


def clauses(terms) -> dict[str, str]:
    return {row["key"]: row["text"] for row in terms["clauses"]}


@pytest.fixture
def agreed(business):
    """The terms of a plan of a customer with these fields, of a business with these."""

    def of(kind=Kind.COMPANY, *, discount="0", business_fields=(), **fields) -> dict:
        for name, value in dict(business_fields).items():
            setattr(business, name, value)
        business.save()
        customer = make.customer(business, kind=kind, **({"legal_name": "Acme Trading Ltd"} | fields))
        instalments = {"2026-03-25": "100.01", "2026-04-25": "200.00"}
        if discount != "0":
            instalments["2026-04-25"] = str(200 - int(discount))
        return terms_of(
            agreements.offered(customer, "250.00", "50.01", instalments=instalments, discount=Decimal(discount), prepared=False)
        )

    return of


@pytest.mark.proves("P19")
def test_it_names_both_sides_the_debt_and_the_schedule(agreed):
    fields = {"legal_name": "Hollis Tools Inc.", "street": "400 Foundry Lane", "city": "Portland", "postal_code": "97205"}
    terms = agreed(street="1 Harbour Road", city="Leeds", country="GB", postal_code="LS1 4AP", business_fields=fields)
    assert (terms["creditor"]["legal_name"], terms["customer"]["legal_name"]) == ("Hollis Tools Inc.", "Acme Trading Ltd")
    assert terms["creditor"]["address"] == ["400 Foundry Lane", "97205 Portland"]
    assert terms["customer"]["address"] == ["1 Harbour Road", "Leeds", "LS1 4AP"]
    assert [(row["number"], row["due_on"], row["covered"]) for row in terms["invoices"]] == [
        ("INV-1", "2026-02-14", "250.00"),
        ("INV-2", "2026-02-14", "50.01"),
    ]
    assert [(row["due_on"], row["amount"]) for row in terms["schedule"]] == [("2026-03-25", "100.01"), ("2026-04-25", "200.00")]
    assert (terms["total"], terms["to_pay"], terms["discount"]) == ("300.01", "300.01", "0.00")
    assert terms["reference"].startswith("ACME-P")


@pytest.mark.proves("P19")
def test_it_has_every_clause(agreed):
    texts = clauses(agreed(discount="20"))
    assert tuple(texts) == ORDER
    assert "You acknowledge that you owe us $300.01" in texts["debt"] and "undisputed" in texts["debt"]
    assert "2 payments" in texts["payments"]
    assert "within 5 business days" in texts["grace"] and "$1.00" in texts["grace"]
    assert "7 more days" in texts["cure"]
    assert "2 payments are missed" in texts["default"] and "falls due at once" in texts["default"]
    assert "$20.00" in texts["discount"] and "this discount is lost" in texts["discount"]
    assert "paid with the order" in texts["orders"]
    assert "new version that is signed anew" in texts["changes"]
    assert "time limit" in texts["limitation"]


def test_no_word_of_a_confession_of_judgment():
    """Domain.md 6.1: never. Not in any language."""
    for language in languages():
        text = (WORDS.source / f"{language}.toml").read_text(encoding="utf-8").lower()
        assert not any(word in text for word in ("confess", "judgment", "zwangsvollstreckung", "unterwerf", "ejecutiv"))


def test_no_discount_no_clause(agreed):
    assert "discount" not in clauses(agreed())


@pytest.mark.parametrize(
    ("country", "kind", "protection"),
    [
        ("GB", Kind.COMPANY, ""),
        ("GB", Kind.INDIVIDUAL, "uk_individual"),
        ("GB", Kind.SOLE_TRADER, "uk_individual"),
        ("US", Kind.INDIVIDUAL, "us_consumer"),
        ("DE", Kind.INDIVIDUAL, "individual"),
    ],
)
def test_whom_the_law_protects(agreed, country, kind, protection):
    assert agreed(kind, business_fields={"country": country})["protection"] == protection


@pytest.mark.proves("P19")
def test_a_person_in_the_uk_pays_no_interest_or_charges_whatever_happens(agreed):
    """The exempt agreement of domain.md 6.2."""
    texts = clauses(agreed(Kind.INDIVIDUAL, business_fields={"country": "GB"}))
    assert "No interest and no charges of any kind" in texts["charges"] and "whether or not it is kept" in texts["charges"]
    assert "interest" not in texts["default"]


def test_a_consumer_in_the_us_pays_no_finance_charge_and_may_have_paper(agreed):
    terms = agreed(Kind.INDIVIDUAL, business_fields={"country": "US", "email": "pay@hollis.example"})
    assert "no finance charge" in clauses(terms)["charges"]
    (consent,) = [row["text"] for row in terms["ticks"] if row["key"] == "electronic"]
    assert "on paper free of charge" in consent and "take this consent back" in consent and "pay@hollis.example" in consent


def test_a_company_may_be_asked_for_the_law_s_interest_once_the_plan_is_broken(agreed):
    assert "interest and costs that the law gives us" in clauses(agreed())["default"]


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"country": "DE"}, "The law of Germany applies."),
        ({"country": "US", "region": "Oregon"}, "The law in force at our address applies (Oregon, United States)."),
        ({"country": "GB"}, "The law in force at our address applies (United Kingdom)."),
        ({"country": ""}, "The law in force at our address applies."),
    ],
)
def test_the_law_of_the_creditor_s_country(agreed, fields, law):
    assert clauses(agreed(business_fields=fields))["law"].startswith(law)


def test_the_law_the_owner_chose(agreed):
    fields = {"country": "GB", "settings": {"plan": {"governing_law": "England and Wales"}}}
    assert clauses(agreed(business_fields=fields))["law"].startswith("Governing law: England and Wales.")


def test_the_rules_it_is_kept_by_are_the_owner_s(agreed):
    rules = {"grace_bd": 0, "tolerance": "0", "cure_days": 1, "extra_reduces": "NEXT", "active_from": "countersign"}
    terms = agreed(business_fields={"settings": {"plan": rules}})
    texts = clauses(terms)
    assert texts["grace"] == "None: a payment is in time if it arrives by its day."
    assert (
        "one more day" in texts["cure"]
        and "those that come after it" in texts["early"]
        and "signed it after you" in texts["start"]
    )
    assert terms["rules"] | rules == terms["rules"]


def test_the_ticks_with_their_words_and_version(agreed):
    ticks = {row["key"]: row["text"] for row in agreed(business_fields={"legal_name": "Hollis Tools Inc."})["ticks"]}
    assert tuple(ticks) == ("agree", "electronic", "authority", "debt")
    assert ticks["authority"] == "I may bind Acme Trading Ltd."
    assert ticks["debt"] == "Acme Trading Ltd owes Hollis Tools Inc. $300.01. This amount is not disputed."


@pytest.mark.parametrize(("language", "known"), [("de-AT", "de"), ("es", "es"), ("EN_us", "en"), ("fr", "en"), ("", "en")])
def test_the_language_it_is_written_in(language, known):
    assert language_for(language) == known


def test_in_the_customer_s_language(agreed):
    terms = agreed(language="de", country="DE", business_fields={"currency": "USD"})
    assert (terms["language"], terms["words"]) == ("de", words_of("de")["version"])
    assert "300,01\xa0$" in clauses(terms)["debt"]


def shape(words, path=""):
    """Every path of a file of words, with the fields its texts name."""
    if isinstance(words, dict):
        return {found for key, value in words.items() for found in shape(value, f"{path}.{key}")}
    text = "".join(words) if isinstance(words, list) else words
    return {(path, name) for _, name, _, _ in string.Formatter().parse(text)} - {(path, "n")} | {(path, type(words))}


def test_all_languages_say_the_same_things():
    assert shape(words_of("en")) == shape(words_of("de")) == shape(words_of("es"))


@pytest.mark.proves("T53")
@pytest.mark.parametrize("language", sorted(languages()))
def test_a_changed_text_has_a_new_version(language):
    digest = hashlib.sha256((WORDS.source / f"{language}.toml").read_bytes()).hexdigest()[:16]
    assert TEXTS[words_of(language)["version"]] == digest


def test_the_hash_is_of_the_canonical_json(acme):
    plan = agreements.offered(acme, "300")
    assert plan.terms_sha256 == canonical_hash(plan.terms) == canonical_hash(terms_of(plan))
