"""The customer's link on a phone: from the link to the signed plan, a query with a photo, every page, light and dark."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CLOCKED, PHONE, ROOT
from tests.browser.test_pages import complaints_of_axe

PAGES = [
    "",
    "pay/",
    "plan/",
    "call/",
    "contact/",
    "promise/",
    "query/",
    "plan/half_half/",
    "plan/propose/",
    "code/",
    "done/call/",
]
WELL = ["", "satisfaction/fine/", "satisfaction/wrong/", "satisfaction/address/", "done/fine/", "done/wrong/"]
OFFERED = ["", "plan/", "sign/", "sign/decline/"]


@pytest.fixture(scope="module")
def tokens(house) -> dict[str, str]:
    """The tokens of links made for these tests: "de-open", "de-plan", "de-represented"; and so in English and Spanish."""
    command = [*CLOCKED, "tests.browser.portal_links"]
    done = subprocess.run(command, cwd=ROOT, env=house.environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.fixture
def phone(open_browser) -> Callable[..., Page]:
    """A stranger's phone."""
    return lambda **options: open_browser("", viewport=PHONE, has_touch=True, **options)


def give_code(page: Page, mails, address: str) -> None:
    """From the page that offers the code to where the visitor was going."""
    page.locator("main form button").click()
    digits = re.search(r"\b\d{6}\b", mails.last_to(address).get_body(("plain",)).get_content())[0]
    page.locator("[name=digits]").fill(digits)
    page.locator("main form button").click()


@pytest.mark.proves("P03", "P05", "P20")
def test_from_the_link_to_the_signed_plan(phone, tokens, mails):
    page = phone()
    page.goto(f"/p/{tokens['en-open']}/")
    expect(page.locator("h1")).to_contain_text("€1,083.33")
    page.get_by_role("link", name="I need more time").click()
    page.get_by_role("link", name="Choose this Half now, half in a month").click()
    give_code(page, mails, "en-open@kranich.example")
    expect(page.locator("h1")).to_have_text("Half now, half in a month")
    page.get_by_role("button", name="Go on to the agreement").click()
    page.get_by_label("Your full name").fill("Ana Kranich")
    page.get_by_label("Your role").fill("Owner")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.locator("h1")).to_have_text("Signed. Thank you.")
    assert complaints_of_axe(page) == []
    page.get_by_role("link", name="Back to the overview").click()
    expect(page.locator("h1")).to_contain_text("Your next payment €541.67")
    expect(page.get_by_role("heading", name="Your payment plan")).to_be_visible()
    assert complaints_of_axe(page) == []


@pytest.mark.proves("P19")
def test_a_query_with_a_photo_without_script(phone, tokens, mails):
    page = phone(java_script_enabled=False)
    page.goto(f"/p/{tokens['de-open']}/")
    page.get_by_role("link", name="Etwas stimmt nicht").click()
    give_code(page, mails, "de-open@kranich.example")
    page.get_by_label("Um welche Rechnung geht es?").select_option(index=2)
    page.get_by_label("Was stimmt nicht?").select_option("DAMAGED")
    page.get_by_label("Was ist passiert?").fill("Die Kiste war eingedrückt.")
    photo = {"name": "kiste.png", "mimeType": "image/png", "buffer": b"\x89PNG picture"}
    page.get_by_label("Ein Bild oder Dokument").set_input_files(photo)
    page.get_by_role("button", name="An uns senden").click()
    expect(page.locator("h1")).to_have_text("Ihre Frage liegt bei uns.")
    page.get_by_role("link", name="Zurück zur Übersicht").click()
    expect(page.locator("main")).to_contain_text("Wir klären Ihre Frage zu 83,33")


@pytest.mark.proves("P16")
def test_all_is_as_ordered_in_one_click_without_script(phone, tokens):
    page = phone(java_script_enabled=False)
    page.goto(f"/p/{tokens['en-well']}/")
    page.get_by_role("button", name="Yes, all is as ordered").click()
    expect(page.locator("h1")).to_have_text("Thank you. That is good to hear.")
    page.get_by_role("link", name="Back to the overview").click()
    expect(page.locator("main")).to_contain_text("You told us that all is as ordered.")
    page.get_by_text("Change your answer").click()
    page.get_by_role("link", name="No, something is wrong").click()
    page.get_by_label("What is wrong?").fill("A wheel is missing.")
    page.get_by_role("button", name="Send it to us").click()
    expect(page.locator("h1")).to_have_text("Thank you for telling us.")


def test_bank_details_are_copied_with_one_touch(chromium, site, tokens):
    context = chromium.new_context(base_url=site, viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/p/{tokens['es-open']}/pay/")
    page.get_by_role("button", name="Copiar IBAN").click()
    expect(page.get_by_role("status")).to_have_text("Copiado")
    assert page.evaluate("navigator.clipboard.readText()") == "DE89370400440532013000"
    context.close()


def walked(page: Page, tokens: dict[str, str], mails, language: str) -> Iterator[Page]:
    """Every page of a language, one after the other, as somebody sees it who gave the code."""
    page.goto(f"/p/{tokens[f'{language}-represented']}/")
    yield page
    for name, paths in (("open", PAGES), ("plan", OFFERED), ("well", WELL)):
        page.goto(f"/p/{tokens[f'{language}-{name}']}/code/")
        give_code(page, mails, f"{language}-{name}@kranich.example")
        for path in paths:
            page.goto(f"/p/{tokens[f'{language}-{name}']}/{path}")
            yield page


@pytest.mark.parametrize(("language", "scheme"), [("es", "light"), ("de", "dark")])
def test_every_page_fits_a_phone_and_axe_has_nothing_against_it(phone, tokens, mails, language, scheme):
    found = {}
    for page in walked(phone(color_scheme=scheme), tokens, mails, language):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if complaints := complaints_of_axe(page) + (["scrolls sideways"] if wide else []):
            found[page.url] = complaints
        assert page.locator("html").get_attribute("lang") == language
    assert found == {}


def test_at_twice_the_size_nothing_is_cut_off(open_browser, tokens):
    page = open_browser("", viewport={"width": 195, "height": 422})
    for path in ("", "pay/", "plan/", "call/"):
        page.goto(f"/p/{tokens['en-represented' if not path else 'es-open']}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, path
