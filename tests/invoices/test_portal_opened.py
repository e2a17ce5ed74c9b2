"""When the signer opened the agreement in this sitting stands in the evidence, and cannot be forged (domain.md 6.7)."""

import re

import pytest

from invoices.agreement_words import words_of
from invoices.evidence import signed_copy
from invoices.models import PaymentPlan, Signature
from invoices.signature_words import told_evidence
from tests import make
from tests.invoices.portal import visitor
from tests.make import day


@pytest.fixture
def page(acme, time_machine):
    time_machine.move_to("2026-03-20 12:00:00Z", tick=False)
    page = visitor(acme, make.invoice(acme, "INV-1", total="300")).confirm()
    page.post("portal-choose", "half_half")
    return page


def open_form(page) -> str:
    return re.search(r'name="opened" value="([^"]+)"', page.get("portal-sign").content.decode())[1]


def sign(page, opened: str):
    ticks = {f"tick_{key}": "on" for key in ("agree", "electronic", "authority", "debt")}
    document = PaymentPlan.objects.latest("pk").document.sha256
    return page.post("portal-sign", name="Ana López", role="Owner", document=document, opened=opened, **ticks)


def times() -> dict[str, str]:
    return Signature.objects.latest("pk").record["times"]


@pytest.mark.proves("P19")
def test_it_is_when_the_page_to_sign_was_opened(page, time_machine):
    time_machine.move_to("2026-03-20 12:04:00Z", tick=False)
    opened = open_form(page)
    time_machine.move_to("2026-03-20 12:09:00Z", tick=False)
    sign(page, opened)
    assert times()["code_confirmed"] < times()["opened"] == "2026-03-20T12:04:00+00:00" < times()["signed"]


def test_what_was_typed_wrong_opens_it_no_second_time(page, time_machine):
    time_machine.move_to("2026-03-20 12:04:00Z", tick=False)
    opened = open_form(page)
    time_machine.move_to("2026-03-20 12:06:00Z", tick=False)
    answer = page.post("portal-sign", name="", opened=opened)
    assert f'name="opened" value="{opened}"' in answer.content.decode()


@pytest.mark.parametrize("forged", ["", "WzEsIngiXQ:1abc:forged", "2026-03-19T00:00:00+00:00"])
def test_forged_or_missing_it_is_when_they_were_known(page, time_machine, forged):
    time_machine.move_to("2026-03-20 12:09:00Z", tick=False)
    sign(page, forged)
    assert times()["opened"] == times()["code_confirmed"] == "2026-03-20T12:00:00+00:00"


def test_that_of_another_agreement_counts_for_nothing(page, business, time_machine):
    other = make.customer(business, "Birch")
    elsewhere = visitor(other, make.invoice(other, "INV-2", total="300"), today=day("2026-03-20")).confirm()
    elsewhere.post("portal-choose", "half_half")
    time_machine.move_to("2026-03-20 12:05:00Z", tick=False)
    theirs = open_form(page)
    sign(elsewhere, theirs)
    assert times()["opened"] == "2026-03-20T12:00:00+00:00"


def test_nor_does_a_page_left_open_since_yesterday(page, time_machine):
    opened = open_form(page)
    time_machine.move_to("2026-03-21 12:01:00Z", tick=False)
    page.confirm()
    sign(page, opened)
    assert times()["opened"] == "2026-03-21T12:01:00+00:00"


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Agreement opened"), ("de", "Vereinbarung geöffnet"), ("es", "Acuerdo abierto")]
)
def test_the_page_of_evidence_names_it(language, label):
    assert words_of(language)["evidence"]["opened"] == label


def test_staff_reads_it_in_the_order_it_happened(page, time_machine):
    time_machine.move_to("2026-03-20 12:04:00Z", tick=False)
    sign(page, open_form(page))
    signature = Signature.objects.get()
    labels = [label for label, _words in told_evidence(signature)]
    assert labels.index("Confirmed") < labels.index("Agreement opened") < labels.index("Signed")
    assert signed_copy(bytes(signature.document.bytes), signature.plan.terms, [signature.record]).startswith(b"%PDF")
