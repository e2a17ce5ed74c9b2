"""The eighteen checks of an invoice, by the worked figures of domain.md 8. Pure."""

from dataclasses import replace
from decimal import Decimal

import pytest

from invoices.preflight import CHECKS, error_rate, once_issued, preflight, score, stops
from invoices.preflight_account import pf09
from invoices.preflight_cases import Buyer, Desk, LineFacts, PreflightFacts, TaxFacts, Twin
from invoices.preflight_papers import pf02, pf05, pf10, pf11, pf16, pf17, pf18
from invoices.preflight_party import is_tax_id, pf01, pf03, pf04, pf08, pf14, pf15
from invoices.preflight_sums import line_net, pf06, pf07, pf12, pf13
from tests.make import day

D = Decimal
IBAN = "DE89370400440532013000"
BUYER = Buyer(
    "Acme",
    "Acme Ltd",
    registration="HRB 1",
    country="DE",
    tax_id="DE136695976",
    terms_accepted_on=day("2026-01-02"),
    invoiced_in="EUR",
    limit=D(1000),
)
LINES = (LineFacts("Steel brackets, 40 mm", D("59.97"), D(3), D("19.99"), D(20)), LineFacts("Freight to Hull", D("45.50")))
PERFECT = PreflightFacts(
    today=day("2026-03-20"),
    currency="EUR",
    total=D("126.56"),
    issued_on=day("2026-03-20"),
    buyer=BUYER,
    made_here=True,
    number="INV-7",
    due_on=day("2026-04-19"),
    terms_days=30,
    net=D("105.47"),
    tax=D("21.09"),
    lines=LINES,
    taxes=(TaxFacts(D(20), D("105.47"), D("21.09")),),
    desk=Desk(True, day("2026-03-01")),
    delivered_on=day("2026-03-19"),
    pay_to=IBAN,
    accounts=(IBAN,),
    terms_attached=True,
    texts=("Steel brackets, 40 mm",),
)


def verdict(check, **changes):
    buyer = {name: changes.pop(name) for name in tuple(changes) if name in Buyer.__dataclass_fields__}
    return str(check(replace(PERFECT, **changes, buyer=replace(BUYER, **buyer))).verdict)


@pytest.mark.proves("P13")
def test_a_perfect_invoice_passes_everything_that_applies():
    results = preflight(PERFECT)
    assert [one.check_id for one in results] == [f"PF{number:02}" for number in range(1, 19)]
    assert score(results) == (16, 16)
    assert {one.check_id for one in results if not one.applies} == {"PF03", "PF13"}
    assert stops(results) == []


@pytest.mark.proves("P13")
def test_every_check_has_its_refusal_and_an_issued_invoice_is_stopped_by_none():
    """One invoice with everything wrong about it."""
    buyer = Buyer("Acme", company=True, country="AU", tax_id="51 824 753 557", po_required=True, discount_pct=D(2), on_hold=True)
    wrong = PreflightFacts(
        today=day("2026-03-20"),
        currency="EUR",
        total=D("126.565"),
        issued_on=day("2026-03-21"),
        buyer=buyer,
        taken=True,
        number="INV-7",
        due_on=day("2026-03-01"),
        net=D("105.46"),
        tax=D("25.00"),
        gross=D("126.56"),
        lines=(LineFacts("x", D("59.97"), tax_rate=D(20)),),
        desk=Desk(True, None, bounced=True),
        delivered_on=day("2026-04-19"),
        pay_to="GB33WEST12345698765432",
        printed_terms="",
        texts=("4111 1111 1111 1111",),
        twins=(Twin("INV-6", day("2026-03-21"), D("126.565")),),
    )
    results = preflight(wrong)
    assert {str(one.check_id) for one in results if str(one.verdict) == "block"} == {
        "PF01", "PF02", "PF03", "PF05", "PF06", "PF07", "PF09", "PF12", "PF17",
    }  # fmt: skip
    assert {str(one.check_id) for one in results if str(one.verdict) == "warn"} == {
        "PF04", "PF08", "PF10", "PF11", "PF13", "PF14", "PF15", "PF16", "PF18",
    }  # fmt: skip
    assert all(one.reason for one in results)
    assert stops([once_issued(one) for one in results]) == []
    assert len(CHECKS) == 18


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"legal_name": "", "name": "Acme Ltd."}, "passed"),
        ({"legal_name": "", "name": "Acme"}, "block"),
        ({"legal_name": "", "name": "Ann Lee", "company": False, "registration": ""}, "passed"),
        ({"registration": ""}, "warn"),
        ({"buyer_name": "ACME, LTD"}, "passed"),
        ({"buyer_name": "Birch Ltd"}, "block"),
    ],
)
def test_the_legal_name(changes, said):
    assert verdict(pf01, **changes) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"taken": True}, "block"), ({"gap": True}, "warn"), ({"number": ""}, "n/a"), ({}, "passed")],
)
def test_the_number(changes, said):
    assert verdict(pf02, **changes) == said


@pytest.mark.parametrize(
    ("rule", "given", "said"),
    [
        ("", "", "block"),
        ("", "4500123", "passed"),
        ("45######", "45001234", "passed"),
        ("45######", "4500123", "block"),
        ("po-*", "PO-77/b", "passed"),
        ("ask Ms Lee", "77", "passed"),
    ],
)
def test_the_order_number(rule, given, said):
    assert verdict(pf03, po_required=True, po_rule=rule, purchase_order=given) == said


def test_who_asks_for_no_order_number_is_not_asked():
    assert verdict(pf03) == "n/a"


@pytest.mark.proves("P17")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"desk": Desk(True, day("2025-09-21"))}, "passed"),
        ({"desk": Desk(True, day("2025-09-20"))}, "warn"),
        ({"desk": Desk(True, None)}, "warn"),
        ({"desk": Desk(True, day("2026-03-01"), bounced=True)}, "warn"),
        ({"desk": Desk()}, "warn"),
        ({"country": ""}, "warn"),
    ],
)
def test_accounts_payable(changes, said):
    assert verdict(pf04, **changes) == said


@pytest.mark.parametrize(
    ("due_on", "terms_days", "said"),
    [
        ("2026-04-19", 30, "passed"),
        ("2026-04-30", 30, "passed"),  # The end of the month 30 days lead into.
        ("2026-04-30", 60, "warn"),
        ("2026-05-30", 60, "passed"),  # 60 days from the end of March.
        ("2026-04-18", 30, "warn"),
        ("2026-03-19", 30, "block"),
        ("2026-03-20", None, "passed"),
    ],
)
def test_due_date_and_terms(due_on, terms_days, said):
    assert verdict(pf05, due_on=day(due_on), terms_days=terms_days) == said


def test_without_due_date_and_terms_nobody_knows_when_to_pay():
    assert verdict(pf05, due_on=None, terms_days=None) == "block"
    assert verdict(pf05, due_on=None, terms_days=None, total=D(0)) == "n/a"


@pytest.mark.proves("P13")
def test_the_worked_sums():
    """3 x 19.99 + 45.50 = 105.47; 20 % = 21.09; 126.56."""
    assert sum(line_net(line, "EUR") for line in LINES) == D("105.47")
    assert verdict(pf06) == "passed"
    assert verdict(pf07) == "passed"


@pytest.mark.parametrize(
    "changes",
    [
        {"net": D("105.46"), "tax": D("21.10")},
        {"gross": D("126.57")},
        {"total": D("126.55")},
        {"prepaid": D("1.00")},
        {"lines": (LineFacts("Steel brackets", D("105.47"), D(3), D("19.99")),)},
    ],
)
def test_sums_that_do_not_add_up(changes):
    assert verdict(pf06, **changes) == "block"


def test_of_an_invoice_of_others_lines_may_have_allowances_of_their_own():
    lines = (LineFacts("Steel brackets", D("105.47"), D(3), D("19.99")),)
    assert verdict(pf06, made_here=False, lines=lines) == "passed"
    assert verdict(pf06, net=None) == "n/a"


def test_what_was_prepaid_is_not_due():
    assert verdict(pf06, prepaid=D("26.56"), total=D("100.00")) == "passed"


@pytest.mark.parametrize(("tax", "made_here", "said"), [("21.09", True, "passed"), ("21.08", True, "block")])
def test_tax_of_our_own_is_exact(tax, made_here, said):
    assert verdict(pf07, taxes=(TaxFacts(D(20), D("105.47"), D(tax)),), made_here=made_here) == said


@pytest.mark.parametrize(("tax", "said"), [("21.11", "passed"), ("21.12", "block")])
def test_of_an_import_a_cent_a_line_may_be_off(tax, said):
    assert verdict(pf07, taxes=(TaxFacts(D(20), D("105.47"), D(tax)),), made_here=False) == said


@pytest.mark.proves("P13")
@pytest.mark.parametrize(
    ("number", "country", "said"),
    [
        ("51 824 753 556", "AU", True),
        ("51 824 753 557", "AU", False),
        ("DE136695976", "DE", True),
        ("DE136695977", "DE", False),
        ("ATU13585627", "DE", True),
        ("EL 094259216", "GB", True),
        ("EL 094259217", "GB", False),
        ("NO 995 525 828 MVA", "GB", True),
        ("NO 995 525 829 MVA", "GB", False),
        ("12-3456789", "US", True),
        ("12-34567", "US", False),
        ("whatever", "ZZ", None),
        ("123", "", None),
    ],
)
def test_tax_numbers(number, country, said):
    assert is_tax_id(number, country) is said


def test_a_tax_number_is_a_warning_and_none_is_not_asked_for():
    assert verdict(pf08, tax_id="51 824 753 557", country="AU") == "warn"
    assert verdict(pf08, tax_id="") == "n/a"
    assert verdict(pf08, seller_tax_id="DE136695977", seller_country="DE") == "warn"


def test_a_tax_number_is_called_after_the_country_it_begins_with():
    found = pf08(replace(PERFECT, seller_tax_id="NO123456789MVA", seller_country="GB"))
    assert found.reason.startswith("“NO123456789MVA” is no tax number of Norway")


@pytest.mark.proves("P13")
@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("GB82 WEST 1234 5698 7654 32", "passed"),
        ("GB33WEST12345698765432", "block"),
        ("DE89370400440532013000", "passed"),
        ("DE8937040044053201300", "block"),
        ("FR1420041010050500013M02606", "block"),
        ("", "n/a"),
    ],
)
def test_the_account_to_pay_to(account, said):
    assert verdict(pf09, pay_to=account, accounts=("GB82WEST12345698765432", IBAN)) == said


def test_an_account_nobody_can_compare_and_one_that_is_missing():
    assert verdict(pf09, accounts=()) == "warn"
    assert verdict(pf09, pay_to="", names_account=True) == "block"


@pytest.mark.proves("P13")
def test_what_the_seller_collects_needs_no_account_but_a_wrong_one_is_still_wrong():
    assert verdict(pf09, pay_to="", names_account=True, collected=True) == "passed"
    assert verdict(pf09, pay_to="GB33WEST12345698765432", collected=True) == "block"


@pytest.mark.parametrize(
    ("twin", "said"),
    [
        (Twin("INV-1", day("2026-03-20"), D("126.56")), "warn"),
        (Twin("INV-1", day("2026-02-18"), D("127.00")), "warn"),
        (Twin("INV-1", day("2026-02-17"), D("127.00")), "passed"),
        (Twin("INV-1", day("2026-03-10"), D("140.00")), "passed"),
        (Twin("INV-1", day("2025-06-01"), D("126.56"), "PO-1"), "warn"),
        (Twin("INV-1", day("2025-06-01"), D("126.56")), "passed"),
    ],
)
def test_invoiced_twice(twin, said):
    assert verdict(pf10, twins=(twin,), purchase_order="PO-1") == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delivered_on": None}, "warn"),
        ({"delivered_on": None, "proof": True}, "passed"),
        ({"delivered_on": day("2026-03-21")}, "warn"),
        ({"delivered_on": day("2026-03-20")}, "passed"),
    ],
)
def test_delivery(changes, said):
    assert verdict(pf11, **changes) == said


@pytest.mark.proves("P13")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"currency": "EURO"}, "block"),
        ({"currency": "USD"}, "warn"),
        ({"total": D("126.565")}, "block"),
        ({"currency": "JPY", "invoiced_in": "JPY"}, "block"),
        ({"currency": "JPY", "invoiced_in": "", "total": D(126), "net": D(105), "tax": D(21), "lines": ()}, "passed"),
    ],
)
def test_currency_and_its_decimals(changes, said):
    assert verdict(pf12, **changes) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quote_net": D("105.47")}, "passed"),
        ({"quote_net": D("100.00")}, "warn"),
        ({"discount_pct": D("2.50"), "printed_terms": "2,5 % Skonto in 10 Tagen"}, "passed"),
        ({"discount_pct": D("2.50"), "printed_terms": "Net 30"}, "warn"),
    ],
)
def test_price_and_discount_as_agreed(changes, said):
    assert verdict(pf13, **changes) == said


def test_terms_are_accepted_and_attached():
    assert verdict(pf14) == "passed"
    assert verdict(pf14, terms_accepted_on=None) == "warn"
    assert verdict(pf14, terms_attached=False) == "warn"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exposure": D("873.44")}, "passed"),
        ({"exposure": D("873.45")}, "warn"),
        ({"limit": None}, "n/a"),
        ({"on_hold": True}, "warn"),
    ],
)
def test_limit_and_hold(changes, said):
    assert verdict(pf15, **changes) == said


def test_lines_say_what_was_sold():
    assert verdict(pf16, lines=(LineFacts("Screws.", D(1)),)) == "warn"
    assert verdict(pf16, lines=(LineFacts("Screws, ", D(1)),)) == "warn"
    assert verdict(pf16, lines=()) == "n/a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Card 4111 1111 1111 1111, thanks", "block"),
        ("Card 4111-1111-1111-1112", "passed"),
        ("Order 123456789012", "passed"),
        ("GTIN: 4012345001235 dividers, A4", "passed"),
        ("Dividers, A4, 4012345001235", "passed"),
        ("Atelier Brun, SIRET 732 829 320 00074", "passed"),
        ("IBAN DE89 3704 0044 0532 0130 00", "passed"),
        ("Online banking PIN: 4711", "block"),
    ],
)
def test_nothing_private_stands_in_texts(text, said):
    assert verdict(pf17, texts=(text,)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issued_on": day("2026-03-21")}, "warn"),
        ({"delivered_on": day("2026-02-18")}, "passed"),
        ({"delivered_on": day("2026-02-17")}, "warn"),
        ({"delivered_on": None}, "passed"),
    ],
)
def test_invoiced_neither_ahead_nor_late(changes, said):
    assert verdict(pf18, **changes) == said


def test_the_own_error_rate():
    assert error_rate(3, 12) == D("0.25")
    assert error_rate(0, 0) is None
