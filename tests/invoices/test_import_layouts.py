"""Columns are found by their plain names, by --map, or guessed for a person to confirm."""

import pytest

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS, guess_map, parse_map, plain_columns
from invoices.imports.problems import ImportProblem


def keys(columns):
    return {column.key: column.title for column in columns}


def test_a_map_names_columns_by_field():
    assert parse_map('number=Invoice No, "total=Amount, gross"', INVOICES) == {"number": "Invoice No", "total": "Amount, gross"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("number", "is not field=Column"),
        ("number=", "is not field=Column"),
        ("nummer=No", 'no field "nummer"; the fields are customer_reference'),
        ("number=A,number=B", "given twice"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused(text, reason):
    with pytest.raises(ImportProblem, match=reason):
        parse_map(text, INVOICES)


def test_plain_names_need_no_map_and_a_map_fills_the_rest():
    header = ["Customer_Reference", "No", "issued_on", "total", "other"]
    assert keys(plain_columns(INVOICES, header, {"number": "no"})) == {
        "customer_reference": "Customer_Reference",
        "number": "No",
        "issued_on": "issued_on",
        "total": "total",
    }


def test_a_mapped_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ImportProblem, match='no column "Nr"; the columns are: customer_reference, number'):
        plain_columns(INVOICES, ["customer_reference", "number"], {"number": "Nr"})


def test_missing_columns_are_refused_with_a_guess_to_try():
    with pytest.raises(ImportProblem, match="no column for total; the columns are: Kunde, number, issued_on, Betrag") as caught:
        plain_columns(INVOICES, ["Kunde", "number", "issued_on", "Betrag"], {"customer_name": "Kunde"})
    assert (caught.value.option, caught.value.hint) == (
        "map",
        "customer_name=Kunde,number=number,issued_on=issued_on,total=Betrag",
    )


def test_a_field_mapped_to_nothing_is_not_read():
    header = ["customer_reference", "number", "issued_on", "total", "paid"]
    assert "paid" not in keys(plain_columns(INVOICES, header, {"paid": ""}))


@pytest.mark.parametrize(
    ("kind", "header", "guess"),
    [
        (
            INVOICES,
            ["Customer No.", "Customer", "Invoice #", "Invoice Date", "Due Date", "Amount", "Currency"],
            {
                "customer_reference": "Customer No.",
                "customer_name": "Customer",
                "number": "Invoice #",
                "issued_on": "Invoice Date",
                "due_on": "Due Date",
                "total": "Amount",
                "currency": "Currency",
            },
        ),
        (
            INVOICES,
            ["Kunden-Nr.", "Firma", "Rechnungsnummer", "Rechnungsdatum", "Fällig am", "Betrag"],
            {
                "customer_reference": "Kunden-Nr.",
                "customer_name": "Firma",
                "number": "Rechnungsnummer",
                "issued_on": "Rechnungsdatum",
                "due_on": "Fällig am",
                "total": "Betrag",
            },
        ),
        (
            PAYMENTS,
            ["Cliente", "Fecha de pago", "Importe", "Factura"],
            {"customer_name": "Cliente", "received_on": "Fecha de pago", "amount": "Importe", "invoice_number": "Factura"},
        ),
        (CUSTOMERS, ["Kundennummer", "Name", "E-Mail"], {"reference": "Kundennummer", "name": "Name", "email": "E-Mail"}),
    ],
)
def test_guesses_in_three_languages(kind, header, guess):
    assert guess_map(kind, header) == guess
