"""What programs publish of their exports is read, said to be only published, and leaves out what is no debt."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import ImportProblem, LeftOut, LineProblem

TODAY = date(2026, 6, 1)
QBO_OPEN = """Example Co,,,,,,
Open Invoices,,,,,,
"As of June 1, 2026",,,,,,

,Date,Transaction type,Num,Term,Due date,Open balance
Acme Corp,,,,,,
,04/21/2026,Invoice,5004,Net 30,05/21/2026,"1,000.00"
,04/22/2026,Credit Memo,5005,,,-50.00
Total for Acme Corp,,,,,,"$950.00"
TOTAL,,,,,,"$950.00"

"Monday, June 1, 2026 01:49 PM GMT-05:00",,,,,,
"""
QBO_LIST = """Example Co
Invoice List
Date,Transaction type,Num,Name,Memo/Description,Due date,Amount,Open balance
04/21/2026,Invoice,1,Acme,,05/21/2026,100.00,40.00
04/22/2026,Invoice,2,Acme,Voided - again,05/22/2026,0.00,0.00
04/23/2026,Credit Memo,3,Acme,,,-20.00,0.00
Total,,,,,,100.00,40.00
"""
QBO_TRANSACTIONS = """Transaction List by Date
Date,Transaction type,Num,Posting,Name,Account,Split,Amount
04/21/2026,Invoice,1,Yes,Acme,A/R,Sales,100.00
04/22/2026,Payment,77,Yes,Acme,Bank,A/R,60.00
04/23/2026,Bill,9,Yes,Paper Co,A/P,Paper,30.00
04/24/2026,Estimate,3,No,Acme,A/R,Sales,500.00
"""
QBO_CONTACTS = """Customer Contact List
Customer full name,Phone numbers,Email,Full name,Bill address,Ship address
Acme,Phone:(555) 010-1234 Mobile:(555) 010-9999,a@acme.example,Ada Lane,1 Main St Springfield,
"""
SAGE = """Type,Account Reference,Nominal A/C Ref,Date,Reference,Details,Net Amount,Tax Code,Tax Amount
SI,ACME,4000,21/04/2026,501,Tools,100.00,T1,20.00
SI,ACME,4001,21/04/2026,501,Freight,10.00,T0,0.00
SC,ACME,4000,22/04/2026,C7,Returned,5.00,T1,1.00
SA,ACME,1200,23/04/2026,BACS 9,Receipt,60.00,T9,0.00
PI,PAPER,5000,24/04/2026,88,Paper,30.00,T1,6.00
"""
WAVE = """Transaction ID,Transaction Date,Account Name,Transaction Description,Debit Amount (Two Column Approach),\
Credit Amount (Two Column Approach),Customer,Vendor,Invoice Number,Bill Number,Account Type
1,2026-04-21,Accounts Receivable,Invoice 12,100.00,,Acme,,12,,Receivable
1,2026-04-21,Sales,Invoice 12,,100.00,Acme,,12,,Income
2,2026-04-25,Accounts Receivable,Paid,,40.00,Acme,,12,,Receivable
3,2026-04-26,Accounts Payable,Paper,,30.00,,Paper Co,,B1,Payable
"""
ZOHO_PAYMENTS = """CustomerPayment ID,Date,Customer Name,Currency Code,Amount,Unused Amount,\
Amount Applied to Invoice,Invoice Number,Mode
P1,2026-04-21,Acme,USD,108.00,8.00,60.00,INV-1,Cheque
P1,2026-04-21,Acme,USD,108.00,8.00,40.00,INV-2,Cheque
"""
DATEV = (
    '"EXTF";700;21;"Buchungsstapel";9;20260501;;"";"";"";1;2;20260101;4;20260401;20260430;"April";"";1;;0;"EUR"\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;"
    "Belegdatum;Belegfeld 1;Buchungstext;Fälligkeit;Generalumkehr\n"
    '100,00;"S";"";10001;8400;"";2104;"R1";"Werkzeug";21052026;\n'
    '20,00;"H";"";8300;10001;"";2104;"R1";"Fracht";21052026;\n'
    '30,00;"H";"";10001;8400;"";2204;"G1";"Gutschrift";;\n'
    '60,00;"H";"";10001;1200;"";2304;"R1";"Zahlung";;\n'
    '19,00;"S";"";10003;8400;"";2304;"R3";"Netto";;\n'
    '3,61;"S";"";10003;1776;"";2304;"R3";"Steuer";;\n'
    '80,00;"S";"";10004;9008;"";2304;"R4";"Vortrag";;\n'
    '2,00;"H";"";10001;8731;"";2404;"R1";"Skonto";;\n'
    '60,00;"S";"";10001;1200;"";2504;"R1";"Rücklastschrift";;\n'
    '50,00;"H";"";70001;1200;"";2304;"E9";"Papier";;\n'
    '70,00;"S";"";10002;8400;"";2404;"R2";"Storno";;1\n'
)


def read(text, kind=INVOICES, encoding="utf-8"):
    ledger = open_ledger(text.encode(encoding), kind, Options(currency="USD"))
    found = list(ledger.rows(TODAY))
    rows = [row for row in found if not isinstance(row, LeftOut)]
    assert not [row for row in rows if isinstance(row, LineProblem)]
    return ledger.profile, rows, Counter(row.state for row in found if isinstance(row, LeftOut))


def test_a_quickbooks_report_has_headings_and_sums_that_are_no_invoices():
    profile, (invoice, credit), out = read(QBO_OPEN)
    assert (profile.name, profile.seen) == ("quickbooks", False)
    assert (invoice.customer_name, invoice.number, invoice.due_on) == ("Acme Corp", "5004", date(2026, 5, 21))
    assert (invoice.total, invoice.open_only, credit.total) == (Decimal("1000.00"), True, Decimal("-50.00"))
    assert out == {"heading": 2, "total line": 2}


def test_a_quickbooks_invoice_list_knows_what_is_paid_and_what_was_voided():
    _profile, (invoice,), out = read(QBO_LIST)
    assert (invoice.total, invoice.paid, invoice.open_only) == (Decimal("100.00"), Decimal("60.00"), False)
    assert out == {"voided": 1, "total line": 1, "credit note used up": 1}


def test_a_quickbooks_transaction_list_gives_invoices_or_payments():
    profile, (invoice,), out = read(QBO_TRANSACTIONS)
    assert (invoice.number, out) == ("1", {"payment": 1, "payable": 1, "quote": 1})
    assert len(profile.remarks()) == 2
    _profile, (payment,), out = read(QBO_TRANSACTIONS, PAYMENTS)
    assert (payment.amount, payment.reference, out) == (Decimal("60.00"), "77", {"invoice": 1, "payable": 1, "quote": 1})


def test_a_quickbooks_contact_gives_its_first_number():
    _profile, (contact,), _out = read(QBO_CONTACTS, CUSTOMERS)
    assert (contact.reference, contact.phone, contact.contact_name) == ("Acme", "(555) 010-1234", "Ada Lane")


def test_sage_adds_tax_and_lines_and_leaves_suppliers_out():
    profile, (invoice, credit), out = read(SAGE)
    assert (profile.name, invoice.total, credit.total) == ("sage", Decimal("130.00"), Decimal("-6.00"))
    assert out == {"payment": 1, "payable": 1}
    _profile, (payment,), out = read(SAGE, PAYMENTS)
    assert (payment.amount, payment.reference, out) == (Decimal("60.00"), "BACS 9", {"invoice": 3, "payable": 1})


def test_wave_s_bookings_on_receivable_accounts_are_invoices_and_payments():
    _profile, (invoice,), out = read(WAVE)
    assert (invoice.number, invoice.total, out) == ("12", Decimal("100.00"), {"other booking": 1, "payment": 1, "payable": 1})
    _profile, (payment,), _out = read(WAVE, PAYMENTS)
    assert (payment.invoice_number, payment.amount) == ("12", Decimal("40.00"))


def test_a_zoho_payment_is_a_row_for_each_invoice_and_one_for_the_rest():
    _profile, rows, _out = read(ZOHO_PAYMENTS, PAYMENTS)
    assert [(row.invoice_number, row.amount) for row in rows] == [
        ("INV-1", Decimal("60.00")),
        ("INV-2", Decimal("40.00")),
        ("", Decimal("8.00")),
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_datev_tells_invoices_credits_and_payments_by_side_and_account(encoding):
    _profile, (invoice, credit, taxed, carried), out = read(DATEV, encoding=encoding)
    assert (invoice.customer_reference, invoice.number, invoice.total) == ("10001", "R1", Decimal("120.00"))
    assert (invoice.issued_on, invoice.due_on, invoice.currency) == (date(2026, 4, 21), date(2026, 5, 21), "EUR")
    assert (credit.number, credit.total) == ("G1", Decimal("-30.00"))
    assert (taxed.total, carried.total) == (Decimal("22.61"), Decimal("80.00"))
    assert out == {"payment": 1, "payable": 1, "reversed": 1, "discount taken": 1, "returned payment": 1}
    _profile, (payment,), out = read(DATEV, PAYMENTS, encoding)
    assert (payment.invoice_number, payment.amount, payment.received_on) == ("R1", Decimal("60.00"), date(2026, 4, 23))


def test_a_datev_invoice_reversed_in_the_same_file_is_none_any_more():
    undone = DATEV + '100,00;"S";"";10001;8400;"";2504;"R1";"Storno";;1\n20,00;"H";"";8300;10001;"";2504;"R1";"Storno";;1\n'
    _profile, rows, _out = read(undone)
    assert [row.number for row in rows] == ["G1", "R3", "R4"]
    part = DATEV + '20,00;"H";"";8300;10001;"";2504;"R1";"Fracht storniert";;1\n'
    assert {row.number: row.total for row in read(part)[1]}["R1"] == Decimal("100.00")


def test_datev_accounts_may_be_longer():
    longer = DATEV.replace(";4;20260401;", ";5;20260401;")
    for short, long in (("10001", "100010"), ("10003", "100030"), ("10004", "100040"), ("10002", "100020"), ("70001", "700010")):
        longer = longer.replace(short, long)
    for account in ("8400", "8300", "1200", "1776", "9008", "8731"):
        longer = longer.replace(f";{account};", f";{account}0;")
    assert read(longer)[2] == read(DATEV)[2]
    assert [row.amount for row in read(longer, PAYMENTS)[1]] == [Decimal("60.00")]


def test_a_datev_file_without_its_first_line_has_no_year():
    with pytest.raises(ImportProblem, match="the days have no year"):
        read(DATEV.split("\n", 1)[1])
