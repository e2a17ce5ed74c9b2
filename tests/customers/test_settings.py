"""Settings: what stands on letters, the logo, and the rules; for the owner alone."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from arcollect.defaults import DEFAULTS
from customers.forms.business import is_iban
from customers.forms.rules import ContactForm, RulesForm
from customers.models import Business, Event
from tests.pages import read


def address(business, rest=""):
    return f"/b/{business.slug}/settings/{rest}"


@pytest.fixture
def settings_page(client_of, owner):
    return client_of(owner)


@pytest.fixture
def details(business):
    """What the form shows, ready to be sent back."""
    names = "name legal_name street city postal_code region country tax_id registration phone email website account_holder"
    names += " bank_name iban bic account_details payment_link terms_days terms_text signatory signatory_role signatory_phone"
    names += " language currency time_zone"
    return {name: getattr(business, name) for name in names.split()} | {"country": "DE", "time_zone": "Europe/Berlin"}


def picture(kind="PNG", size=(40, 20)):
    file = BytesIO()
    Image.new("RGB", size, "navy").save(file, kind)
    return SimpleUploadedFile("logo.png", file.getvalue(), "image/png")


def test_details_are_saved_and_the_log_names_the_fields_only(settings_page, business, details, owner):
    answer = settings_page.post(address(business), details | {"iban": "DE89 3704 0044 0532 0130 00", "signatory": "Ada Hollis"})
    assert answer.status_code == 302
    business.refresh_from_db()
    assert (business.iban, business.signatory, business.time_zone) == ("DE89370400440532013000", "Ada Hollis", "Europe/Berlin")
    event = Event.objects.get(kind="business.edited")
    assert event.actor == owner
    assert event.data == {"fields": ["country", "iban", "signatory", "time_zone"]}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("iban", "GB33WEST12345698765432", "typing error"),
        ("bic", "DEUT", "8 or 11 letters"),
        ("phone", "not a number", "is no telephone number"),
        ("payment_link", "javascript:alert(1)", "must begin with https://"),
        ("name", "", "required"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(settings_page, business, details, field, value, words):
    page = settings_page.post(address(business), details | {field: value, "signatory": "Ada"}).content.decode()
    assert words in page
    business.refresh_from_db()
    assert business.signatory == ""


@pytest.mark.parametrize(
    ("iban", "right"),
    [
        ("GB82WEST12345698765432", True),
        ("GB33WEST12345698765432", False),
        ("DE89370400440532013000", True),
        ("DE8937040044053201300", False),
        ("", False),
    ],
)
def test_the_check_digits_of_an_iban(iban, right):
    """The figures of domain.md PF09."""
    assert is_iban(iban) is right


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_becomes_the_logo(settings_page, business, kind):
    settings_page.post(address(business, "logo/"), {"logo": picture(kind)})
    shown = settings_page.get(address(business, "logo/picture/"))
    assert shown.headers["Content-Type"] == f"image/{kind.lower()}"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    settings_page.post(address(business, "logo/remove/"))
    assert settings_page.get(address(business, "logo/picture/")).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n and then nothing of the kind", "no PNG or JPEG"),
        (b"\x89PNG" + b"0" * 1024 * 1024, "larger than 1 MB"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(settings_page, business, content, words):
    upload = SimpleUploadedFile("logo.png", content, "image/png")
    assert words in settings_page.post(address(business, "logo/"), {"logo": upload}).content.decode()
    business.refresh_from_db()
    assert business.logo is None


def test_a_picture_that_would_fill_the_memory_is_refused(settings_page, business):
    page = settings_page.post(address(business, "logo/"), {"logo": picture(size=(5000, 5000))}).content.decode()
    assert "no PNG or JPEG" in page


RULES = {
    "sending_from": "09:00",
    "sending_until": "17:30",
    "morning_hour": "6",
    "max_new_call_tasks_per_day": "4",
    "contact_reverify_days": "180",
    "confirm_calls": "on",
}


def test_rules_that_differ_from_the_defaults_are_stored(settings_page, business):
    settings_page.post(address(business, "rules/"), RULES)
    business.refresh_from_db()
    assert business.settings == {"sending_window": ["09:00", "17:30"], "max_new_call_tasks_per_day": 4}
    assert Event.objects.get(kind="business.rules_changed").data == {
        "changes": {"sending_window": [["08:00", "21:00"], ["09:00", "17:30"]], "max_new_call_tasks_per_day": [10, 4]}
    }


def test_a_window_that_never_opens_is_refused(settings_page, business):
    page = settings_page.post(address(business, "rules/"), RULES | {"sending_until": "09:30"}).content.decode()
    assert "at least an hour" in page
    business.refresh_from_db()
    assert business.settings == {}


@pytest.mark.parametrize("rest", ["", "logo/", "rules/", "contact/", "closing-days/", "members/"])
def test_settings_are_the_owners(client_of, bookkeeper, business, rest):
    assert client_of(bookkeeper).get(address(business, rest)).status_code == 403


CONTACT = {
    "hard_from": "08:00",
    "hard_until": "21:00",
    "soft_from": "09:30",
    "soft_until": "17:00",
    "weekdays_only": "on",
    "attempts_per_day": "1",
    "attempts_per_7d": "3",
    "conversations_per_7d": "1",
    "contacts_per_7d": "3",
    "contacts_per_30d": "10",
    "individual": "block",
    "company": "warn",
    "compliance": "AU",
}


def test_contact_rules_are_stored_as_a_whole(settings_page, business):
    settings_page.post(address(business, "contact/"), CONTACT)
    business.refresh_from_db()
    assert business.rules["contact"] == DEFAULTS["contact"] | {"soft": ["09:30", "17:00"]}
    assert business.rules["compliance"] == "AU"
    assert Event.objects.get(kind="business.rules_changed").data["changes"]["compliance"] == ["", "AU"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hard_until": "08:30"}, "at least an hour"),
        ({"soft_from": "07:00"}, "within the hours"),
        ({"attempts_per_7d": "8"}, "less than or equal to 7"),
        ({"contacts_per_7d": "12"}, "room for what 7 days allow"),
        ({"company": "nothing"}, "not one of the available choices"),
    ],
)
def test_contact_rules_that_contradict_each_other_are_refused(settings_page, business, changed, words):
    assert words in settings_page.post(address(business, "contact/"), CONTACT | changed).content.decode()
    business.refresh_from_db()
    assert business.settings == {}


SUMMER = {"first": "2026-08-03", "last": "2026-08-14", "name": "Summer holiday"}


def test_closing_days_are_added_and_taken_out(settings_page, business, in_march):
    settings_page.post(address(business, "closing-days/"), SUMMER)
    page = read(settings_page, business, "settings-closing")
    assert "Aug 3, 2026 – Aug 14, 2026 Summer holiday" in page
    business.refresh_from_db()
    assert business.rules["closing_days"] == [{"from": "2026-08-03", "to": "2026-08-14", "name": "Summer holiday"}]
    settings_page.post(address(business, "closing-days/remove/"), SUMMER)
    business.refresh_from_db()
    assert business.rules["closing_days"] == []
    added, removed = Event.objects.filter(kind__startswith="business.closing").order_by("id")
    assert (added.kind, removed.kind) == ("business.closing_added", "business.closing_removed")
    assert added.data == {"first": "2026-08-03", "last": "2026-08-14"}


@pytest.mark.parametrize(
    ("last", "words"), [("2026-08-01", "before the first day"), ("2028-08-03", "At most 366 days"), ("", "required")]
)
def test_closing_days_that_make_no_sense_are_refused(settings_page, business, last, words):
    assert words in settings_page.post(address(business, "closing-days/"), SUMMER | {"last": last}).content.decode()
    business.refresh_from_db()
    assert business.settings == {}


def test_what_is_past_is_folded_away(settings_page, business, in_march):
    settings_page.post(address(business, "closing-days/"), {"first": "2026-01-02", "last": "2026-01-02"})
    assert "1 in the past" in read(settings_page, business, "settings-closing")


@pytest.mark.parametrize(
    ("country", "region", "words"),
    [
        ("DE", "BY", "Those of Germany, BY, in the coming year"),
        ("DE", "Kent", "“Kent” is no region of Germany"),
        ("DE", "", "Germany has regions with public holidays of their own"),
        ("IE", "Cork", "its regions have none of their own"),
        ("", "", "We know none of your country"),
    ],
)
def test_the_public_holidays_of_the_place_are_shown(settings_page, business, in_march, country, region, words):
    Business.objects.update(country=country, region=region)
    assert words in read(settings_page, business, "settings-closing")


def test_hours_at_which_nothing_would_ever_be_sent_are_refused(business):
    """Mails go out within the sending hours and within those in which anybody may be contacted."""
    early = RulesForm.of(business, RULES | {"sending_from": "05:00", "sending_until": "07:30"})
    assert "Nothing would ever be sent" in str(early.errors)
    business.settings = {"sending_window": ["08:00", "10:00"]}
    hours = {"hard_from": "12:00", "hard_until": "21:00", "soft_from": "13:00"}
    assert "Nothing would ever be sent" in str(ContactForm.of(business, CONTACT | hours).errors)
    assert ContactForm.of(business, CONTACT).is_valid()
