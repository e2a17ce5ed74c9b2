"""Every real export beside the project, with what becomes of it: settled by hand, and no line of it lost."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from invoices.imports.importing import import_ledger
from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import ImportProblem, LeftOut, LineProblem

TODAY = date(2026, 6, 1)


class Verdict(NamedTuple):
    """The profile the file gives away, how many rows it gives and what they come to, what is left out, what is refused."""

    profile: str
    rows: int
    total: str = "0"
    left_out: dict[str, int] = {}
    refused: dict[int, str] = {}


FILES = {
    # The first sheet says 100 with 10 % off, the sheet of totals 90, and 90 were paid: the totals are right.
    ("akaunting__invoices.xlsx", INVOICES): Verdict("akaunting", 1, "90.00"),
    ("akaunting__customers.xlsx", CUSTOMERS): Verdict("akaunting", 1),
    # One booking between two accounts of the ledger, one on a debtor's account against revenue: only that is an invoice.
    ("datev__EXTF_Buchungsstapel.csv", INVOICES): Verdict("datev", 1, "5950.00", {"general ledger": 1}),
    ("datev__EXTF_Buchungsstapel.csv", PAYMENTS): Verdict("datev", 0, "0", {"general ledger": 1, "invoice": 1}),
    ("invoiceninja__clients.csv", CUSTOMERS): Verdict("invoiceninja", 20),
    # 401 lines; one invoice stands there twice, word for word.
    ("invoiceninja__invoice.csv", INVOICES): Verdict("invoiceninja", 400, "11860.87"),
    ("invoiceninja__payments.csv", PAYMENTS): Verdict(
        "invoiceninja", 401, "11887.54", {}, {406: "-400.00 is no money received", 407: "-400.00 is no money received"}
    ),
    ("invoiceninja__freshbooks_clients.csv", CUSTOMERS): Verdict("freshbooks", 2),
    ("invoiceninja__freshbooks_invoices.csv", INVOICES): Verdict("freshbooks", 1, "7890.00"),
    ("invoiceninja__zoho_contacts.csv", CUSTOMERS): Verdict("zoho", 5),
    # Thirteen lines are three invoices, and all of them drafts.
    ("invoiceninja__zoho_invoices.csv", INVOICES): Verdict("zoho", 0, "0", {"draft": 3}),
    # Invented numbers: two of its hundred invoices carry the same, of one customer, on other days.
    ("xero__SalesInvoiceTemplate.csv", INVOICES): Verdict(
        "xero", 98, "231112.00", {}, {33: "line 47 of the same invoice says 2019-09-30"}
    ),
    # Eleven of sixteen were deleted and have no total. One number is used twice: booking refuses the second (below).
    ("quickbooks_api__invoice_data.csv", INVOICES): Verdict("quickbooks", 5, "630240.55", {"deleted": 11}),
    # None has anything left: what they paid is in the invoices' balances.
    ("quickbooks_api__credit_memo_data.csv", INVOICES): Verdict("quickbooks", 0, "0", {"credit note used up": 12}),
    ("quickbooks_api__customer_data.csv", CUSTOMERS): Verdict("quickbooks", 4, "0", {"deleted": 1}),
    # Every payment is applied in full: booked without its invoices' numbers it would count twice.
    ("quickbooks_api__payment_data.csv", PAYMENTS): Verdict("quickbooks", 0, "0", {"payment the invoices count already": 12}),
}
# Recognised, and of no use alone.
REFUSED = {
    "quickbooks_api__address_data.csv": "addresses without the customers they belong to",
    "quickbooks_api__invoice_line_data.csv": "lines of invoices: bring in invoice_data",
    "quickbooks_api__invoice_linked_txn_data.csv": "only links payments with invoices",
    "quickbooks_api__payment_line_data.csv": "parts of payments, without day or customer",
}


def read(path, kind):
    ledger = open_ledger(path.read_bytes(), kind, Options(currency="USD"))
    return ledger, list(ledger.rows(TODAY))


@pytest.mark.parametrize(("name", "kind"), FILES, ids=lambda part: str(part))
def test_a_real_export_is_recognised_and_read_whole(accounting, name, kind):
    verdict = FILES[name, kind]
    ledger, found = read(accounting / name, kind)
    rows = [row for row in found if not isinstance(row, LeftOut | LineProblem)]
    refused = {row.line: row.reason for row in found if isinstance(row, LineProblem)}
    assert ledger.profile.name == verdict.profile and ledger.profile.seen
    assert len(rows) == verdict.rows
    assert sum(getattr(row, "total", None) or getattr(row, "amount", 0) for row in rows) == Decimal(verdict.total)
    assert Counter(row.state for row in found if isinstance(row, LeftOut)) == verdict.left_out
    assert refused.keys() == verdict.refused.keys()
    assert all(reason in refused[line] for line, reason in verdict.refused.items())


@pytest.mark.parametrize("kind", [CUSTOMERS, INVOICES, PAYMENTS])
@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_says_too_little_alone_is_refused_by_name(accounting, name, kind):
    with pytest.raises(ImportProblem, match=REFUSED[name]):
        read(accounting / name, kind)


def test_no_file_is_forgotten(accounting):
    assert {path.name for path in accounting.iterdir()} == {name for name, _kind in FILES} | set(REFUSED)


def test_quickbooks_tables_join_by_the_customers_id(business, accounting):
    path = accounting / "quickbooks_api__invoice_data.csv"
    ledger, _rows = read(path, INVOICES)
    rows = ledger.rows(TODAY)
    tally, _batch = import_ledger(business=business, kind=INVOICES, rows=rows, file_name=path.name, sha256="0" * 64, today=TODAY)
    assert (tally.created, tally.customers, tally.left_out) == (4, 1, {"deleted": 11})
    assert [(row.line, str(row)) for row in tally.refused] == [
        (14, "number: 2021011355 was already in line 2, with other values")
    ]
    assert business.customers.get().reference == "4783"
    assert {str(row.total): str(row.balance) for row in business.invoices.all()}["565214.000"] == "55650.000"
