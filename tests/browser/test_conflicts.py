"""The accounts say something else than a letter did: it is shown, answered on a phone, and put back."""

import csv
import io

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

BOOKS = "books@demo.example"


def table(page: Page, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.request.get(address).text().lstrip("\ufeff"))))


def heard_of(page: Page) -> dict[str, str]:
    """A late invoice in pounds, as the list has it, whose customer got a letter about all that was late."""
    written = {row["Customer"] for row in table(page, "/b/demo/letters/?show=sent&format=csv") if row["Currency"] == "GBP"}
    late = table(page, "/b/demo/invoices/?show=overdue&format=csv")
    return next(row for row in late if row["Customer"] in written and row["Open"] == row["Total"] and row["In dispute"] == "0.00")


def test_what_the_accounts_changed_after_a_letter_is_answered_and_put_back(open_browser):
    page = open_browser(BOOKS)
    row = heard_of(page)
    theirs = f"{float(row['Total']) - 10:.2f}"
    head = "customer_reference,number,issued_on,due_on,total,currency"
    line = ",".join([row["Reference"], row["Invoice"], row["Issued"], row["Due"], theirs, "GBP"])
    page.goto("/b/demo/imports/add/")
    page.set_input_files("[name=file]", {"name": "accounts.csv", "mimeType": "text/csv", "buffer": f"{head}\n{line}\n".encode()})
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Book it").click()
    page.get_by_role("link", name="1", exact=True).click()
    page.get_by_role("link", name=row["Invoice"]).click()
    expect(page.locator("tbody")).to_contain_text(f"{float(row['Total']):,.2f}")
    expect(page.locator("tbody")).to_contain_text(f"{float(theirs):,.2f}")

    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator("#messages")).to_contain_text("Taken over.")
    assert open_now(page, row) == theirs
    page.get_by_role("button", name="Put ours back").click()
    expect(page.locator("main")).to_contain_text("Left as it is")
    assert open_now(page, row) == row["Open"]


def open_now(page: Page, row: dict[str, str]) -> str:
    (found,) = table(page, f"/b/demo/invoices/?show=all&q={row['Invoice']}&format=csv")
    return found["Open"]
