"""Adding and changing customers and contacts in the browser, and the list with what they owe."""

import pytest

from customers.models import Contact, Customer, Event
from tests import make
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")


def customer_form(**fields: object) -> dict[str, object]:
    return {"name": "Birch", "reference": "B1", "kind": "company", "channel": "email", "country": "US"} | fields


def test_a_customer_is_added_and_its_contact_asked_for(books, business):
    response = books.post(address(business, "customer-add"), customer_form(credit_limit="1500"))
    birch = Customer.objects.get()
    assert response.headers["Location"] == address(business, "contact-add", birch.pk)
    assert (birch.business, birch.name, birch.credit_limit) == (business, "Birch", 1500)
    assert Event.objects.get(kind="customer.added").customer == birch


def test_a_reference_taken_says_by_whom(books, business, acme):
    page = books.post(address(business, "customer-add"), customer_form(reference=" ACME "))
    assert "Acme has this reference already." in page.content.decode()
    assert Customer.objects.count() == 1


def test_a_change_is_saved_and_logged(books, business, acme):
    books.post(address(business, "customer-edit", acme.pk), customer_form(name="Acme & Sons", reference="ACME"))
    acme.refresh_from_db()
    assert acme.name == "Acme & Sons"
    assert "name" in Event.objects.get(kind="customer.edited").data["fields"]


@pytest.mark.proves("T23")
def test_no_reminders_holds_from_the_moment_it_is_saved(books, business, bookkeeper, acme):
    books.post(address(business, "customer-flags", acme.pk), {"no_reminders": "on"})
    acme.refresh_from_db()
    assert acme.no_reminders
    assert Event.objects.get(kind="customer.flags_changed").actor == bookkeeper


def test_a_hold_needs_its_reason(books, business, acme):
    page = books.post(address(business, "customer-flags", acme.pk), {"on_hold": "on"})
    assert "Say why" in page.content.decode()
    acme.refresh_from_db()
    assert not acme.on_hold


def test_a_number_is_read_in_the_customers_country(books, business, acme):
    Customer.objects.filter(pk=acme.pk).update(country="US")
    books.post(address(business, "contact-add", acme.pk), {"name": "Jane", "role": "ap", "phone": "(415) 555-0123"})
    assert Contact.objects.get().phone == "+14155550123"
    assert "tel:+14155550123" in books.get(address(business, "customer-detail", acme.pk)).content.decode()


def test_what_is_no_number_is_said_and_kept_in_the_form(books, business, acme):
    page = books.post(address(business, "contact-add", acme.pk), {"name": "Jane", "role": "ap", "phone": "ring me"})
    assert "“ring me” is no telephone number" in page.content.decode()
    assert not Contact.objects.exists()


def test_a_stored_number_comes_back_as_people_write_it(books, business, acme):
    Customer.objects.update(country="US")
    jane = make.contact(acme, phone="+14155550123")
    assert 'value="(415) 555-0123"' in books.get(address(business, "contact-edit", jane.pk)).content.decode()


def test_a_contact_nobody_can_reach_is_none(books, business, acme):
    page = books.post(address(business, "contact-add", acme.pk), {"role": "ap"})
    assert "at least a name" in page.content.decode()


@pytest.mark.proves("P17")
def test_verified_today(books, business, acme):
    contact = make.contact(acme)
    assert "Never verified" in read(books, business, "customer-detail", acme.pk)
    books.post(address(business, "contact-verify", contact.pk))
    assert "Verified Mar 20, 2026" in read(books, business, "customer-detail", acme.pk)


def test_an_old_verification_shows(books, business, acme):
    make.contact(acme, verified_on=make.day("2025-09-01"))
    assert "Last verified Sep 1, 2025" in read(books, business, "customer-detail", acme.pk)


def test_looking_verifies_nothing(books, business, acme):
    contact = make.contact(acme)
    assert books.get(address(business, "contact-verify", contact.pk)).status_code == 405


@pytest.mark.proves("T25")
def test_the_list_sums_one_currency_at_a_time(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    make.invoice(acme, due="2026-05-01", total="50")
    make.invoice(acme, due="2026-02-14", total="300", currency="EUR")
    assert lines(books.get(address(business, "customer-list"), {"format": "csv"})) == [
        'Customer,Reference,Town,Country,Days late,Currency,"Late, USD","Owed, USD"',
        "Acme,ACME,,,34,USD,1000.00,1050.00",
    ]
    assert lines(books.get(address(business, "customer-list"), {"format": "csv", "currency": "EUR"}))[1:] == [
        "Acme,ACME,,,34,EUR,300.00,300.00"
    ]


def test_the_list_is_filtered_and_searched(books, business, acme):
    make.invoice(acme, due="2026-02-14")
    make.customer(business, "Birch", on_hold=True, hold_reason="Two cheques returned.")
    assert "Birch" not in read(books, business, "customer-list", show="overdue")
    assert "Acme" not in read(books, business, "customer-list", show="hold")
    assert "Acme" not in read(books, business, "customer-list", q="bir")


def test_an_empty_list_says_what_to_do(books, business):
    assert "No customers yet." in read(books, business, "customer-list")


def test_the_longest_late_sorts_first_and_the_never_late_last(books, business, acme):
    make.invoice(make.customer(business, "Birch"), due="2025-12-01")
    make.invoice(acme, due="2026-02-14")
    make.customer(business, "Cedar")
    found = lines(books.get(address(business, "customer-list"), {"format": "csv", "sort": "-late"}))
    assert [line.split(",")[0] for line in found[1:]] == ["Birch", "Acme", "Cedar"]


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [("12:00", "", "begins and when it ends"), ("12:00", "12:00", "choose another time"), ("22:00", "07:30", "")],
)
def test_a_time_in_which_they_want_quiet_begins_and_ends(books, business, acme, begins, ends, said):
    form = customer_form(reference="ACME", quiet_from=begins, quiet_until=ends, time_zone="Europe/Berlin")
    page = books.post(address(business, "customer-edit", acme.pk), form)
    assert said in page.content.decode()
    acme.refresh_from_db()
    assert (acme.quiet_until is not None, acme.time_zone) == (not said, "" if said else "Europe/Berlin")


def test_a_time_zone_nobody_lives_in_is_refused(books, business, acme):
    page = books.post(address(business, "customer-edit", acme.pk), customer_form(reference="ACME", time_zone="Mars/Olympus"))
    assert "No such time zone." in page.content.decode()
