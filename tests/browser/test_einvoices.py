"""Electronic invoices in a browser: many at once, a due date given, booked; on a phone, too, and axe has nothing against it."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import complaints_of_axe
from tests.invoices.einvoices import ubl


def test_invoices_are_brought_in_and_what_they_leave_open_is_said(open_browser, tmp_path):
    ours, files = "Pemberton & Larch Office Supply".replace("&", "&amp;"), []
    for number, due in (("E-7001", "2026-06-03"), ("E-7002", "")):
        files.append(tmp_path / f"{number}.xml")
        files[-1].write_bytes(ubl(number, due=due, seller=ours, buyer="Northwind Traders"))
    page = open_browser()
    page.goto("/b/demo/imports/einvoices/add/")
    page.set_input_files("input[type=file]", files)
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_role("heading", name="When are these due?")).to_be_visible()
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert complaints_of_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.get_by_label("Due date of E-7002").fill("2026-07-01")
    page.get_by_role("button", name="Book them").click()
    expect(page).to_have_url(re.compile(r"/imports/\d+/$"))
    page.goto("/b/demo/invoices/?q=E-7001")
    page.get_by_role("link", name="E-7001").click()
    expect(page.get_by_role("heading", name="As the invoice says")).to_be_visible()
    assert complaints_of_axe(page) == []
