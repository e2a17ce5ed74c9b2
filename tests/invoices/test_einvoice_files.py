"""Every real electronic invoice beside the project, against the index of what it says."""

import csv
from datetime import date
from decimal import Decimal

import pytest

from invoices.einvoices.opening import Refused, open_einvoice
from invoices.einvoices.terms import due_from_terms
from invoices.imports.problems import ImportProblem
from tests.invoices.conftest import SHARED

INDEX = SHARED / "INDEX_einvoice.csv"
ASK = "ask"


def rows():
    if not INDEX.is_file():
        return []
    with INDEX.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["file"]]


# What the index leaves out or has otherwise, settled by hand from the file itself; the key is the end of its name.
SETTLED = {
    # The XML breaks off in the middle.
    "con-ritenuta-acconto-e-cassa-previdenziale.xml": {"refused": "line 102: this is no well-formed XML"},
    # No ImportoTotaleDocumento: the total is the sum by rate (5.00 + 1.10; 25.00 + 5.50; 27.00 + 5.95).
    "IT01234567890_FPA01.xml": {"total": "6.10"},
    "IT01234567890_FPA03.xml": {"total": "30.50", "invoices": 2},
    "IT01234567890_FPR02.xml": {"total": "32.95"},
    "IT01234567890_FPR03.xml": {"total": "32.95", "invoices": 2},
    # Type 389: the buyer wrote them.
    "Innergemeinschaftliche_Lieferungen.ubl.xml": {"refused": "self-billed"},
    "Innergemeinschaftliche_Lieferungen.cii.xml": {"refused": "self-billed"},
    "Innergemeinschaftliche_Lieferungen.pdf": {"refused": "self-billed"},
    # An empty InvoiceCurrencyCode: nobody may guess what currency money is owed in.
    "MustangGnuaccountingBeispielRE-20151008_504.pdf": {"refused": "the currency is missing"},
    # A tax rate of "19.00e".
    "ZUGFeRDv1__fail__Mustangproject__fail1.pdf": {"refused": 'line 160: ApplicablePercent: "19.00e" is no amount'},
}

# Where the file has no due date: the day its terms name, or that a person is asked. (Credit notes need none.)
TERMS = {
    "con-bollo.xml": ASK,
    "fattpa-creditnote.to-ublcn-working-example.xml": ASK,
    "FT_G2G_TD01_con_Allegato,_Bonifico_e_Split_Payment.xml": ASK,  # Terms by law: a decree and no days.
    "ubl-tc434-creditnote1.xml": ASK,
    "base-creditnote-correction.xml": ASK,  # "Payment within 10 days, 2% discount": the days may be the discount's.
    "ubl-tc434-example7.xml": "2013-04-10",  # Payment within 30 days.
    "CII_example7.xml": "2013-06-12",
    "vat-category-E.xml": "2018-09-29",
    "vat-category-Z.xml": "2018-09-29",
    "1_Teilrechnung.ubl.xml": "2018-07-04",  # "innerhalb 30 Tagen netto bis 04.07.2018": the date, not the count of 5 July.
    "1_Teilrechnung.cii.xml": "2018-07-04",
    "1_Teilrechnung.pdf": "2018-07-04",
    "EN16931_Rabatte.ubl.xml": "2018-07-04",
    "EN16931_Rabatte.cii.xml": "2018-07-04",
    "EN16931_Rabatte.pdf": "2018-07-04",
    "Elektron.ubl.xml": "2018-04-25",  # Zahlbar sofort rein netto.
    "Elektron.cii.xml": "2018-04-25",
    "EN16931_Kraftfahrversicherung_Bruttopreise.ubl.xml": ASK,
    "EN16931_Kraftfahrversicherung_Bruttopreise.cii.xml": ASK,
    "EN16931_Kraftfahrversicherung_Bruttopreise.pdf": ASK,
    "Miete.ubl.xml": ASK,  # "Dies ist keine Aufforderung zur Zahlung."
    "Miete.cii.xml": ASK,
    "Miete.pdf": ASK,
    "RechnungsUebertragung.ubl.xml": ASK,
    "RechnungsUebertragung.cii.xml": ASK,
    "RechnungsUebertragung.pdf": ASK,
    "Rechnungskorrektur.ubl.xml": ASK,
    "Rechnungskorrektur.cii.xml": ASK,
    "EN16931_Rechnungskorrektur.pdf": ASK,
    "BASIC_Rechnungskorrektur.pdf": ASK,
    "COMFORT_Rechnungskorrektur.pdf": ASK,
    "EXTENDED_Rechnungskorrektur.pdf": ASK,
    "akretion__zugferd-basic.xml": ASK,
    "testout-ZF2PushAllowances.xml": "2020-12-22",
    "testout-ZF2PushEdge.xml": "2020-12-22",
    "testout-ZF2PushRelativeChargesAllowances.xml": "2020-12-22",
    "rabatte_3_abschlag_duepayableamount.xml": ASK,
    "additional-data-sample-1.pdf": ASK,  # Only when the discount ends.
    "acme_invoice-42_ZUGFeRD.pdf": ASK,
    "Facture_FR_MINIMUM.pdf": ASK,
    "Avoir_FR_type380_MINIMUM.pdf": ASK,
}


def by_end(table, name):
    return next((value for end, value in table.items() if name.endswith(end)), None)


def plain_day(text):
    return date.fromisoformat(text) if text else None


def plain_amount(text):
    return Decimal(text) if text else None


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"].rpartition("/")[2])
def test_a_real_file_says_what_the_index_says(row):
    path = SHARED / row["file"].removeprefix("dev/")
    settled = by_end(SETTLED, path.name) or {}
    expected = row | settled
    try:
        found = open_einvoice(path.read_bytes(), path.name).invoices
    except ImportProblem as problem:
        assert settled.get("refused") and str(problem).startswith(settled["refused"])
        return
    if "refused" in settled:
        assert [isinstance(one, Refused) and settled["refused"] in one.reason for one in found] == [True]
        return
    one = found[0]
    assert len(found) == settled.get("invoices", 1)
    assert (one.number, one.type_code, one.currency) == (expected["number"], expected["type"], expected["cur"])
    assert one.issued_on == plain_day(expected["issue"])
    assert (one.seller.name, one.buyer.name) == (" ".join(row["seller"].split()), " ".join(row["buyer"].split()))
    amounts = [plain_amount(expected[name]) for name in ("total", "prepaid", "payable")]
    assert [one.total, one.prepaid, one.payable] == amounts
    if expected["due"]:
        assert max(due.due_on for due in one.dues) == plain_day(expected["due"])
    else:
        wanted = by_end(TERMS, path.name)
        assert wanted and not one.dues
        assert due_from_terms(one.terms, one.issued_on) == (None if wanted == ASK else plain_day(wanted))


def test_the_index_names_every_file():
    if not INDEX.is_file():
        pytest.skip("the real files are not here")
    named = {row["file"].removeprefix("dev/").rpartition("/")[2] for row in rows()}
    lying = {path.name for path in (SHARED / "einvoice").rglob("*.*") if path.is_file()}
    assert lying - named == set()
