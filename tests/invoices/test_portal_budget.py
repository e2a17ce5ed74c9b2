"""The link opens on a slow line: few bytes, few requests, nothing from elsewhere, no script needed (look.md)."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from customers.documents import store
from invoices.offering import limits_of
from invoices.planning import offer_plan
from invoices.plans import half_half
from tests import make
from tests.invoices.portal import BANK, TODAY, visitor

pytestmark = pytest.mark.usefixtures("in_march")
PAGES = ["portal", "portal-pay", "portal-plan", "portal-call", "portal-contact"]
ACTS = ["portal-promise", "portal-query", "portal-propose", "portal-sign", "portal-decline", "portal-code"]
BUDGET = 60 * 1024


@pytest.fixture
def page(acme):
    """Twenty invoices, and a logo as large as we take one."""
    picture, file = Image.effect_noise((1200, 400), 90).convert("RGB"), BytesIO()
    picture.save(file, "PNG")
    logo = store(business=acme.business, content=file.getvalue(), content_type="image/png", name="logo")
    type(acme.business).objects.filter(pk=acme.business_id).update(**BANK, logo=logo)
    acme.refresh_from_db()
    rows = [make.invoice(acme, f"INV-{number}", total="100", currency="EUR") for number in range(20)]
    return visitor(acme, *rows)


def files(source):
    """What a browser fetches for the page besides itself."""
    linked = re.findall(r'<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"', source)
    return [address for address in linked if not address.startswith("data:")]


def weight(answer):
    source = answer.content.decode()
    paths = [settings.BASE_DIR / "arcollect" / "static" / address.removeprefix("/static/") for address in files(source)]
    return len(answer.content) + sum(path.stat().st_size for path in paths)


def looked_at(page):
    """Every page of the link, with a plan that waits for its signature."""
    page.confirm()
    answers = {name: page.get(name) for name in [*PAGES, "portal-promise", "portal-query", "portal-propose", "portal-code"]}
    acme = page.link.customer
    terms = {"customer": acme, "currency": "EUR", "limits": limits_of(acme), "on": TODAY}
    offer_plan(**terms, instalments=half_half(sum(row.balance for row in page.link.invoices.all()), "EUR", TODAY))
    return answers | {name: page.get(name) for name in ("portal-sign", "portal-decline")}


def test_every_page_is_light(page):
    heavy = {name: weight(answer) for name, answer in looked_at(page).items() if weight(answer) > BUDGET}
    assert heavy == {}


def test_every_page_asks_for_two_files_of_ours_and_none_of_others(page):
    for name, answer in looked_at(page).items():
        asked = files(answer.content.decode())
        assert asked == ["/static/portal/portal.css", "/static/portal/portal.js"], name
        assert answer.headers["Content-Security-Policy"].count("self")


def test_nothing_on_a_page_needs_a_script(page):
    for name, answer in looked_at(page).items():
        source = answer.content.decode()
        assert 'href="#"' not in source, name
        assert 'href="javascript' not in source, name
        for button in re.findall(r"<button[^>]*type=\"button\"[^>]*>", source):
            assert " hidden " in button, "without a script a button that only a script answers is not shown"
