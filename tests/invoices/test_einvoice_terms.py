"""Due dates out of the words of terms: plain ones are read, doubtful ones left to a person."""

from datetime import date

import pytest

from invoices.einvoices.terms import due_from_terms

ISSUED = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ("30 days net", "2026-03-02"),
        ("Net 30", "2026-03-02"),
        ("net 14 days", "2026-02-14"),
        ("Payment within 30 days", "2026-03-02"),
        ("Due on receipt", "2026-01-31"),
        ("zahlbar innerhalb 30 Tagen", "2026-03-02"),
        ("Zahlbar innerhalb von 14 Tagen ohne Abzug.", "2026-02-14"),
        ("Zahlbar sofort rein netto", "2026-01-31"),
        ("Zahlbar ohne Abzug bis zum 28.02.2026", "2026-02-28"),
        ("14 Tage netto. 2 % Skonto bei Zahlung innerhalb 7 Tagen", "2026-02-14"),
        ("2% 10 Tage, 30 Tage netto", "2026-03-02"),
        ("30 jours net", "2026-03-02"),
        ("Paiement à 30 jours fin de mois", "2026-03-31"),
        ("Paiement comptant", "2026-01-31"),
        ("30 giorni data fattura", "2026-03-02"),
        ("60 gg fine mese", "2026-04-30"),
        ("60 gg. Fine mese", "2026-04-30"),
        ("binnen 14 dagen", "2026-02-14"),
        ("Betaling binnen 30 dagen na factuurdatum", "2026-03-02"),
        ("a 30 días fecha factura", "2026-03-02"),
        ("Al contado", "2026-01-31"),
        ("Due 2026-02-20", "2026-02-20"),
    ],
)
def test_plain_terms_are_read(terms, due):
    assert due_from_terms(terms, ISSUED) == date.fromisoformat(due)


@pytest.mark.parametrize(
    "terms",
    [
        "",
        "As agreed",
        "Payment within 10 days, 2% discount",
        "2% Skonto innerhalb 14 Tagen",
        "30 days after delivery",
        "30 Tage nach Erhalt der Ware",
        "30/60/90 days",
        "30% d'acompte, solde à 30 j",
        "50% prepaid, 50% within one month",
        "45 jours fin de mois",
        "14 days or 30 days",
        "Due 3/4/2026",
        "Zahlbar bis 31.02.2026",
        "Wird per Lastschrift in 14 Tagen eingezogen",
        "Dies ist keine Aufforderung zur Zahlung.",
        "D.LGS. 231/2002 S.M.I",
        "Payable in 3 instalments, 30 days",
        "999 days net",
        "Verzugszinsen ab 30.06.2026; zahlbar bis 15.02.2026",
    ],
)
def test_what_could_be_read_two_ways_is_left_to_a_person(terms):
    assert due_from_terms(terms, ISSUED) is None
