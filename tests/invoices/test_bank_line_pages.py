"""The list of bank lines, a statement, and one line split up by hand."""

from decimal import Decimal

import pytest

from invoices.certain_lines import book_certain
from invoices.models import BankLine, BankStatement, Invoice, Payment, WriteOff
from invoices.statements.lines import Foot
from tests import make
from tests.invoices.bank import line, store
from tests.make import day
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def open_line(business, acme) -> BankLine:
    """300 from somebody nobody knows; Acme owes 200 and 250."""
    make.invoice(acme, "INV-1", due="2026-01-10", total="200")
    make.invoice(acme, "INV-2", due="2026-02-14", total="250")
    store(business, line("300", payer="Zyx Ltd", text="thanks"), foot=Foot(Decimal(310), Decimal(10)), number="7")
    return BankLine.objects.get()


@pytest.fixture
def split(books, business, acme, open_line):
    """Posts the form that splits the line up among Acme's invoices: number -> part, "rest INV-1" -> what becomes of the rest."""

    def post(**parts: str):
        rows = {row.number.replace("-", "_"): row.pk for row in Invoice.objects.all()}
        form = {f"part-{rows[name]}": value for name, value in parts.items() if name in rows}
        form |= {f"rest-{rows[name[5:]]}": value for name, value in parts.items() if name.startswith("rest_")}
        return books.post(f"{address(business, 'bank-line', open_line.pk)}?customer={acme.pk}", form)

    return post


def balances() -> dict[str, int]:
    return dict(Invoice.objects.values_list("number", "balance"))


def test_a_customer_is_found_and_the_oldest_offered_first(books, business, acme, open_line):
    page = read(books, business, "bank-line", open_line.pk, q="acm")
    assert "Acme ACME" in page
    form = books.get(address(business, "bank-line", open_line.pk), {"customer": acme.pk}).content.decode()
    assert 'value="200"' in form and 'value="100"' in form


def test_a_line_is_split_by_hand(split):
    assert split(INV_1="200", INV_2="100").status_code == 302
    assert balances() == {"INV-1": 0, "INV-2": 150}
    assert BankLine.objects.get().state == "booked"


def test_what_no_invoice_gets_stays_on_their_account(split):
    split(INV_1="200")
    assert Payment.objects.get().unapplied == 100


def test_a_small_rest_is_given_up_with_it(split):
    split(INV_1="199.50", rest_INV_1="small", INV_2="100.50")
    assert balances()["INV-1"] == 0
    assert (WriteOff.objects.get().kind, str(WriteOff.objects.get().amount)) == ("small", "0.500")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"INV_1": "200", "INV_2": "100.01"}, "300.01 is split up, but only 300.00 came in."),
        ({"INV_1": "200.01"}, "Only 200.00 is open."),
        ({"INV_1": "1.005"}, "USD has 2 decimals"),
        ({"INV_1": "200", "rest_INV_1": "small"}, "Only what is left of an invoice"),
        ({"INV_1": "100", "rest_INV_1": "small"}, "only an owner can"),
    ],
)
def test_what_does_not_add_up_is_refused(split, parts, words):
    assert words in split(**parts).content.decode()
    assert not Payment.objects.exists()


def test_somebody_elses_customer_is_not_there(books, business, outsider, open_line):
    theirs = make.customer(outsider.memberships.get().business, "Birch")
    assert books.get(address(business, "bank-line", open_line.pk), {"customer": theirs.pk}).status_code == 404


def test_what_only_looks_like_a_number_is_no_customer(books, business, open_line):
    assert books.get(address(business, "bank-line", open_line.pk), {"customer": "²"}).status_code == 200


def test_the_list_is_filtered_searched_and_comes_as_a_file(books, business, open_line):
    store(business, line("250", on="2026-03-12", payer="Acme", text="INV-2"))
    book_certain(business=business, on=day("2026-03-20"))
    assert "$250.00" in read(books, business, "bank-lines", show="itself")
    assert "$300.00" not in read(books, business, "bank-lines", show="itself")
    assert "Nothing fits" in read(books, business, "bank-lines", show="person")
    assert "Zyx Ltd" in read(books, business, "bank-lines", q="300")
    answer = books.get(address(business, "bank-lines"), {"format": "csv", "show": "itself"})
    assert lines(answer)[1].startswith("2026-03-12,Acme,INV-2,Acme,")


def test_a_statement_says_that_it_does_not_add_up(books, business, open_line):
    page = read(books, business, "bank-statement", BankStatement.objects.get().pk)
    assert "its closing balance is off by $10.00" in page
    assert "$300.00" in page
    assert "Does not add up:" in read(books, business, "money-in")


def test_the_first_page_counts_what_waits(books, business, open_line):
    page = read(books, business, "money-in")
    assert "Lines that wait for you 1 $300.00" in page
    assert "10 days ago" in page
