"""Other programs' exports come in as they are: one invoice from several lines, drafts left out, nothing lost."""

from datetime import date
from decimal import Decimal

import pytest

from invoices.imports.layouts import INVOICES
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import ImportProblem, LeftOut, LineProblem
from invoices.imports.rows import InvoiceRow

TODAY = date(2026, 6, 1)
NINJA = (
    "Client,Email,Invoice Number,Amount,Paid,PO Number,Status,Invoice Date,Due Date,"
    "Item Product,Item Notes,Item Cost,Item Quantity\n"
)
FRESHBOOKS = "Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Line Total,Currency\n"
XERO = (
    "*ContactName,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,*Description,*Quantity,*UnitAmount,"
    "Discount,TaxAmount,Currency"
)
ZOHO = (
    "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer Name,Customer ID,Due Date,"
    "Currency Code,Total,Balance,Last Payment Date\n"
)


def read(source, kind=INVOICES, **options):
    content = source.encode() if isinstance(source, str) else source
    ledger = open_ledger(content, kind, Options(**{"currency": "USD"} | options))
    return ledger, list(ledger.rows(TODAY))


def test_invoiceninja_takes_the_amount_and_counts_a_repeated_line_once():
    line = "Acme,a@example.com,1,$26.67,$6.94,PO7,Partial,2020-02-19,2020-02-29,omnis,x,8.89,3\n"
    ledger, (invoice,) = read(NINJA + line + line)
    assert ledger.profile.name == "invoiceninja"
    assert (invoice.total, invoice.paid, invoice.purchase_order) == (Decimal("26.67"), Decimal("6.94"), "PO7")
    assert invoice.warnings == (
        ("total", "an item stands there more than once, word for word: the amount of the invoice counts, not its items"),
    )


def test_lines_of_one_invoice_that_disagree_refuse_it():
    one = "Acme,,1,$5.00,$0.00,,Sent,2020-02-19,2020-02-29,a,,5,1\n"
    other = "Acme,,1,$7.00,$0.00,,Sent,2020-02-19,2020-02-29,b,,7,1\n"
    _ledger, rows = read(NINJA + one + other)
    assert rows == [LineProblem(2, "Amount", "line 3 of the same invoice says 7.00 instead of 5.00")]


def test_freshbooks_sums_the_lines_and_leaves_drafts_out():
    _ledger, rows = read(
        FRESHBOOKS
        + "X,1,2021-01-28,sent,,650.00,USD\nX,1,2021-01-28,sent,,490.00,USD\n"
        + "Y,2,2021-01-28,draft,,5.00,USD\n"
        + "Y,3,2021-01-28,paid,2021-02-03,5.00,USD\nY,4,2021-01-28,paid,,5.00,USD\nY,5,2021-01-28,disputed,,5.00,USD\n"
    )
    sent, draft, paid, paid_somewhen, disputed = rows
    assert (sent.total, sent.due_on) == (Decimal("1140.00"), None)
    assert draft == LeftOut(4, "draft", "2")
    assert (paid.settled_on, paid.paid) == (date(2021, 2, 3), 0)
    assert (paid_somewhen.settled_on, paid_somewhen.paid) == (None, Decimal("5.00"))
    assert disputed.disputed


def test_lines_that_stand_apart_are_still_one_invoice():
    lines = ["X,1,2021-01-28,sent,,1.00,USD\n", "Y,2,2021-01-28,sent,,2.00,USD\n", "X,1,2021-01-28,sent,,4.00,USD\n"]
    _ledger, rows = read(FRESHBOOKS + "".join(lines))
    assert {row.number: row.total for row in rows} == {"1": Decimal("5.00"), "2": Decimal("2.00")}


def test_an_unreadable_line_refuses_the_invoices_beside_it():
    lines = [
        "X,1,2021-01-28,sent,,1.00,USD\n",
        "X,1,2021-01-28\n",
        "Y,2,2021-01-28,sent,,2.00,USD\n",
        "Z,3,2021-01-28,sent,,4.00,USD\n",
    ]
    _ledger, rows = read(FRESHBOOKS + "".join(lines))
    assert [(row.line, type(row)) for row in rows] == [(3, LineProblem), (2, LineProblem), (4, LineProblem), (5, InvoiceRow)]
    assert "line 3 beside it" in rows[1].reason


def test_xero_computes_the_total_that_is_not_there():
    _ledger, rows = read(
        XERO
        + "\nAcme,1,PO9,13/5/2026,1/6/2026,,a,3,33.333,10,1.50,EUR\nAcme,1,PO9,13/5/2026,1/6/2026,,b,1,10,,,EUR\n"
        + "Acme,2,,13/5/2026,1/6/2026,99.00,c,1,10,,,EUR\n"
    )
    assert [(row.number, row.total, row.currency) for row in rows] == [
        ("1", Decimal("101.50"), "EUR"),
        ("2", Decimal("99.00"), "EUR"),
    ]
    assert (rows[0].purchase_order, rows[0].due_on) == ("PO9", date(2026, 6, 1))


def test_xero_rounds_as_the_currency_does_and_half_up():
    lines = "\nAcme,1,,13/5/2026,1/6/2026,,a,1,10.125,,0,EUR\nAcme,2,,13/5/2026,1/6/2026,,a,3,33.5,,0,JPY\n"
    assert [row.total for row in read(XERO + lines)[1]] == [Decimal("10.13"), 101]


def test_what_a_credit_note_paid_of_an_invoice_is_paid_for_xero():
    line = "Acme,1,,13/5/2026,1/6/2026,99.00,c,1,10,,,EUR,40.00,9.00\n"
    (row,) = read(XERO + ",InvoiceAmountPaid,InvoiceAmountDue\n" + line)[1]
    assert (row.total, row.paid) == (Decimal("99.00"), Decimal("90.00"))


def test_xero_s_own_export_has_states_payments_and_credit_notes():
    _ledger, rows = read(
        XERO
        + ",InvoiceAmountPaid,Type,Status\nAcme,1,,13/5/2026,1/6/2026,99.00,c,1,10,,,EUR,40.00,Sales invoice,Awaiting Payment\n"
        + "Acme,2,,13/5/2026,1/6/2026,99.00,c,1,10,,,EUR,,Sales invoice,Voided\n"
        + "Acme,3,,13/5/2026,1/6/2026,20.00,c,1,10,,,EUR,,Sales credit note,Awaiting Payment\n"
    )
    assert rows[0].paid == Decimal("40.00")
    assert rows[1] == LeftOut(3, "voided", "2", gone=True)
    assert rows[2].total == Decimal("-20.00")


def test_zoho_knows_total_and_balance():
    lines = [
        "2021-01-28,9,INV-1,Draft,Acme,77,2021-02-27,USD,10.00,10.00,\n",
        "2021-01-28,8,INV-2,PartiallyPaid,Acme,77,2021-02-27,USD,10.00,4.00,2021-02-01\n",
        "2021-01-28,7,INV-3,Closed,Acme,77,2021-02-27,USD,10.00,0.00,2021-02-02\n",
    ]
    _ledger, (draft, part, closed) = read(ZOHO + "".join(lines))
    assert draft == LeftOut(2, "draft", "INV-1")
    assert (part.customer_reference, part.paid, part.paid_on) == ("77", Decimal("6.00"), date(2021, 2, 1))
    assert (closed.settled_on, closed.paid) == (date(2021, 2, 2), 0)


def test_drafts_come_in_when_asked_for():
    _ledger, rows = read(ZOHO + "2021-01-28,9,INV-1,Draft,Acme,77,2021-02-27,USD,10.00,10.00,\n", drafts=True)
    assert [row.number for row in rows] == ["INV-1"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lexware", "no profile lexware for invoices; there are: akaunting, datev, freshbooks, invoiceninja, quickbooks, sage"),
        ("xero", "This is no xero export: it lacks contactname"),
    ],
)
def test_a_profile_that_is_unknown_or_does_not_fit_is_refused(name, reason):
    with pytest.raises(ImportProblem, match=reason):
        read(ZOHO + "2021-01-28,9,INV-1,Draft,Acme,77,2021-02-27,USD,10.00,10.00,\n", profile=name)
