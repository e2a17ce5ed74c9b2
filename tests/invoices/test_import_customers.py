"""Customer rows: created with a contact, corrected when they change, nothing a person typed is lost."""

from decimal import Decimal

import pytest

from customers.models import Contact, Customer, Event
from invoices.imports.layouts import CUSTOMERS
from tests import make
from tests.invoices.importing import HEAD, bring_in, counts, reasons

pytestmark = pytest.mark.django_db
COLUMNS = (
    "reference,name,legal_name,contact_name,contact_role,email,phone,fax,address,country,language,time_zone,"
    "terms_days,credit_limit"
)
ACME = (
    'C1,Acme,Acme Inc.,Ann Lee,Owner,ann@acme.example,(415) 555-0100,,"1 Main St\nSpringfield, IL 62701",USA,en,'
    "America/Chicago,45,5000\n"
)


def customers(business, *rows, columns=COLUMNS):
    return bring_in(business, columns + "\n" + "".join(rows), CUSTOMERS)


def test_a_row_becomes_a_customer_with_a_contact(business):
    business.country = "US"
    tally, batch = customers(business, ACME)
    assert counts(tally) == (1, 0, 0, 0)
    acme = Customer.objects.get()
    assert (acme.reference, acme.name, acme.legal_name) == ("C1", "Acme", "Acme Inc.")
    assert (acme.street, acme.city, acme.country) == ("1 Main St", "Springfield, IL 62701", "US")
    assert (acme.terms_days, acme.credit_limit, acme.time_zone) == (45, Decimal(5000), "America/Chicago")
    assert (acme.import_batch, acme.has_address) == (batch, True)
    contact = Contact.objects.get()
    assert (contact.name, contact.role, contact.email, contact.phone) == (
        "Ann Lee",
        "decision",
        "ann@acme.example",
        "+14155550100",
    )


def test_the_same_file_again_changes_nothing(business):
    customers(business, ACME)
    before = Event.objects.count()
    tally, batch = customers(business, ACME)
    assert (counts(tally), batch) == ((0, 0, 1, 0), None)
    assert (Event.objects.count(), Contact.objects.count()) == (before, 1)


def test_a_changed_row_corrects_and_the_log_names_only_fields(business):
    customers(business, ACME)
    tally, _batch = customers(business, ACME.replace("45,5000", "30,").replace("C1,Acme,", "C1,Acme Group,"))
    assert counts(tally) == (0, 1, 0, 0)
    acme = Customer.objects.get()
    assert (acme.name, acme.terms_days, acme.credit_limit) == ("Acme Group", 30, Decimal(5000))
    assert Event.objects.get(kind="customer.changed").data["fields"] == ["name", "terms_days"]


def test_a_new_address_of_a_known_contact_must_be_verified_again(business):
    customers(business, ACME)
    Contact.objects.update(verified_on="2026-01-01", bounced_on="2026-02-01")
    tally, _batch = customers(business, ACME.replace("ann@acme", "lee@acme"))
    contact = Contact.objects.get()
    assert counts(tally) == (0, 1, 0, 0)
    assert (contact.email, contact.verified_on, contact.bounced_on) == ("lee@acme.example", None, None)


def test_another_name_is_another_contact(business):
    customers(business, ACME)
    customers(business, ACME.replace("Ann Lee", "Bob Ray").replace("ann@", "bob@"))
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["Ann Lee", "Bob Ray"]


def test_a_number_or_address_that_cannot_be_used_is_kept_in_words(business):
    tally, _batch = customers(business, "C1,Acme,ask for Jo,12\n", columns="reference,name,email,phone")
    contact = Contact.objects.get()
    assert (contact.email, contact.phone, contact.notes) == ("", "", "email: ask for Jo\nphone: 12")
    assert str(tally.warnings[0]) == 'email: "ask for Jo" cannot be used as it is; kept in the notes of the contact'
    tally, _batch = customers(business, "C1,Acme,ask for Jo,12\n", columns="reference,name,email,phone")
    assert counts(tally) == (0, 0, 1, 0)


def test_a_customer_that_invoices_brought_by_name_gets_its_reference(business):
    bring_in(business, HEAD + ",Acme,INV-1,2026-01-02,,5,USD,,,\n")
    tally, _batch = customers(business, ACME)
    assert counts(tally) == (0, 1, 0, 0)
    assert Customer.objects.get().reference == "C1"


def test_name_and_reference_stand_in_for_each_other(business):
    customers(business, "C1\n", columns="reference,")
    customers(business, "Acme\n", columns="name,")
    assert sorted(Customer.objects.values_list("reference", "name")) == [("Acme", "Acme"), ("C1", "C1")]


def test_a_reference_twice_in_one_file(business):
    tally, _batch = customers(business, ACME, ACME, ACME.replace("45,", "60,"))
    assert counts(tally) == (1, 0, 1, 1)
    assert reasons(tally) == {6: "reference: C1 was already in line 2, with other values"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ACME.replace("USA", "Atlantis"), 'country: "Atlantis" is not a country known by that name or code'),
        (ACME.replace("5000", "-1"), "credit_limit: must not be negative"),
        (ACME.replace("45,", "soon,"), 'terms_days: "soon" is not a number of days'),
        (ACME.replace("C1,Acme,", ",,"), "reference: is missing"),
        (ACME.replace("C1,", "C" * 101 + ","), "reference: is longer than 100 characters"),
    ],
)
def test_a_bad_row_is_refused_and_the_next_comes_in(business, row, reason):
    tally, _batch = customers(business, row, "C2,Beta" + "," * 12 + "\n")
    assert reasons(tally) == {2: reason}
    assert Customer.objects.get().reference == "C2"


def test_a_customer_of_another_business_is_not_touched(business):
    make.customer(make.business("Other Ltd"), "Elsewhere", reference="C1")
    tally, _batch = customers(business, ACME)
    assert counts(tally) == (1, 0, 0, 0)
    assert Customer.objects.filter(name="Elsewhere").exists()


def test_a_reference_that_happens_to_be_somebody_s_name_is_left_alone(business):
    make.customer(business, "Beta Trading", reference="Acme")
    tally, _batch = customers(business, ACME)
    assert counts(tally) == (1, 0, 0, 0)
    assert sorted(Customer.objects.values_list("reference", flat=True)) == ["Acme", "C1"]
