"""What a payer says a payment is for, read from mails, tables and PDFs: numbers, amounts, discounts, the total and the day."""

from datetime import date
from decimal import Decimal

import pytest

from invoices.imports.problems import ImportProblem
from invoices.remittance import Claim, read_remittance
from invoices.remittance_files import advice_text

CLAIMS = (
    Claim(1, 7, "RE-2026-0017", Decimal("1000.00"), "EUR"),
    Claim(2, 7, "RE-2026-0018", Decimal("250.50"), "EUR"),
    Claim(3, 7, "RE-2026-0019", Decimal("80.00"), "EUR"),
    Claim(4, 7, "US-501", Decimal("10.00"), "USD"),
)


def read(text, claims=CLAIMS, currency="EUR"):
    return read_remittance(text, claims, currency)


def rows(remittance):
    return [(row.invoice_id, str(row.amount), str(row.discount)) for row in remittance.rows]


@pytest.mark.proves("P23")
def test_a_german_mail_with_discounts():
    text = """Sehr geehrte Damen und Herren,
    am 30.06.2026 haben wir Ihnen überwiesen:

    Rechnung       Datum        Betrag      Skonto    Zahlung
    RE-2026-0017   01.06.2026   1.000,00    20,00     980,00
    RE-2026-0018   03.06.2026     250,50     0,00     250,50

    Gesamt                                            1.230,50 EUR
    """
    found = read(text)
    assert rows(found) == [(1, "980.00", "20.00"), (2, "250.50", "0.00")]
    assert (found.said, found.difference, found.paid_on, found.currency) == (Decimal("1230.50"), 0, date(2026, 6, 30), "EUR")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("RE-2026-0017 1000.00", (1, "1000.00", "0")),
        ("Invoice RE 2026 0017: EUR 1,000.00", (1, "1000.00", "0")),
        ("re20260017   1.000,00 €", (1, "1000.00", "0")),
        ("RE-2026-0017 1000.00 20.00 980.00", (1, "980.00", "20.00")),
        ("RE-2026-0017 1000.00 20.00", (1, "980.00", "20.00")),
        ("RE-2026-0017 1000.00 980.00", (1, "980.00", "20.00")),
        ("RE-2026-0017 1000.00 500.00", (1, "500.00", "0")),
        ("RE-2026-0017", (1, "1000.00", "0")),
        ("4711-2 99.00", (None, "99.00", "0")),
        ("CN-300 -99.00", (None, "-99.00", "0")),
    ],
)
def test_a_line_is_one_invoice(line, expected):
    assert rows(read(f"{line}\nRE-2026-0019 80.00\n"))[0] == expected


def test_several_numbers_in_a_sentence_are_what_is_open():
    found = read("We have paid RE-2026-0017 and RE-2026-0019 today.\nTotal: 1,080.00")
    assert rows(found) == [(1, "1000.00", "0"), (3, "80.00", "0")]
    assert (found.difference, all(row.assumed for row in found.rows)) == (0, True)


def test_a_number_named_again_counts_once_with_its_amount():
    found = read("Payment for RE-2026-0018\n\nRE-2026-0018 200.50\n")
    assert rows(found) == [(2, "200.50", "0")]


def test_what_does_not_add_up_is_told():
    found = read("RE-2026-0017 1000.00\nRE-2026-0018 250.50\nTotal 1200.00")
    assert found.difference == Decimal("-50.50")


def test_a_number_that_two_invoices_have_is_nobodys():
    twice = (*CLAIMS, Claim(9, 8, "RE-2026-0017", Decimal("5.00"), "EUR"))
    assert rows(read("RE-2026-0017 1000.00", twice)) == [(None, "1000.00", "0")]


def test_the_currency_is_the_one_an_invoice_is_in():
    assert (read("US-501 10.00 USD").currency, rows(read("US-501 10.00 USD"))) == ("USD", [(4, "10.00", "0")])


@pytest.mark.parametrize("text", ["", "Thank you for your patience.", "Call me at 0431 123456 please"])
def test_words_alone_are_no_advice(text):
    assert read(text).rows == ()


def test_a_table_is_read_by_its_columns():
    content = "Invoice;Amount;Discount;Net paid\nRE-2026-0017;1000,00;20,00;980,00\nRE-2026-0018;250,50;0,00;250,50\n"
    assert rows(read(advice_text(content.encode("cp1252")))) == [(1, "980.00", "20.00"), (2, "250.50", "0.00")]


def test_a_mail_stays_as_it_is():
    assert advice_text("Hello, Müller\nRE-2026-0017".encode()) == "Hello, Müller\nRE-2026-0017"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"%PDF-1.7 broken", "cannot be read"), (b"\0\1\2\3" * 9, "neither")]
)
def test_a_file_without_text_is_refused(content, reason):
    with pytest.raises(ImportProblem, match=reason):
        advice_text(content)


def test_an_advice_of_very_many_lines_is_read_in_one_go():
    """Neither rows held against all before them nor words without an end may take minutes."""
    many = [Claim(pk, 7, f"RE-2026-{pk:05}", Decimal("1.50"), "EUR") for pk in range(10, 3010)]
    text = "\n".join(f"{claim.number} 1,50" for claim in many) + "\n" + "a-" * 30_000
    found = read(text, many)
    assert (len(found.rows), found.total) == (3000, Decimal("4500.00"))
