"""Reads what one letter states: the frozen figures of its step, and who writes to whom."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from arcollect.addresses import paper_for
from arcollect.phones import show_phone
from customers.documents import data_uri
from customers.models import Business, Contact, Customer, Letter
from customers.models.letter import LetterCode, LetterState
from invoices.models import Allocation
from invoices.rates import claims_of
from reminders.agreed_facts import AgreedFacts, PromiseFacts, QueryFacts, SettlementFacts
from reminders.copies import copies_of
from reminders.issuing import mail_contacts
from reminders.letter_facts import (
    CLAIMS,
    Addressee,
    CallFacts,
    ClaimLine,
    Creditor,
    InstalmentFacts,
    LetterFacts,
    LetterLine,
    ReceivedPayment,
    ResolutionFacts,
)
from reminders.letter_links import portal_url
from reminders.letter_words import labels, language_for
from reminders.models import Reminder
from reminders.tone import tone_of

LISTED_PAYMENTS = 20
# Only these say what the law adds: friendlier letters ask for the invoices alone.
CLAIMING = frozenset({"L60", "L90", "FINAL"})


def facts_of(letter: Letter) -> LetterFacts:
    """Everything `letter` states, from its frozen lines and the creditor's and customer's present details."""
    stored, business, customer = letter.facts, letter.business, letter.customer
    language = language_for(letter.code, letter.language)
    set_aside = stored["set_aside"]
    lines = _lines(stored["lines"], letter)
    open_rows = [*stored["lines"], *set_aside]
    country = customer.country or business.country
    copies = copies_of(letter)
    terms = business.terms_text.strip() if letter.code == LetterCode.L0 else ""
    return LetterFacts(
        code=letter.code,
        language=language,
        today=letter.written_on,
        currency=letter.currency,
        creditor=creditor_of(business, country),
        customer=addressee_of(customer, _contact(letter), country),
        lines=lines,
        total=Decimal(stored["total"]),
        reference=_reference(letter),
        not_due=_lines(stored["not_due"], letter),
        queried=_lines((row for row in open_rows if Decimal(row["disputed"])), letter),
        planned=_lines((row for row in open_rows if Decimal(row["planned"])), letter),
        promised=_lines((row for row in open_rows if Decimal(row.get("promised", "0"))), letter),
        offered=_lines((row for row in open_rows if Decimal(row.get("offered", "0"))), letter),
        payments=_payments(letter),
        unapplied=Decimal(stored["unapplied"]),
        claims=_claims(letter),
        call=_call(stored.get("call")),
        promise=_promise(stored.get("promise")),
        agreed=replace(
            _agreed(stored.get("agreed"), language),
            settlement=_settlement(stored.get("settlement") or stored.get("agreed", {}).get("settlement")),
        ),
        instalment=_instalment(stored.get("instalment")),
        resolution=_resolution(stored.get("resolution"), language),
        first_contact=stored["first_contact"],
        diagnosis=customer.approach,
        tone=_tone(letter),
        treated=stored.get("treated", ""),
        # A letter written before this was asked offers a plan, as it did.
        plan_barred=stored.get("plan_barred", False),
        asked_times=_asked_times(letter),
        **_final(stored.get("final")),
        copies_enclosed=copies.complete,
        copies_missing=copies.missing if copies.enclosed else (),
        terms_enclosed=bool(terms),
        terms=terms,
        paper=paper_for(country),
        letter_id=letter.pk,
        portal_url=portal_url(letter),
    )


def creditor_of(business: Business, country: str) -> Creditor:
    """The letterhead of a business, its telephone numbers as somebody in `country` reads and dials them."""
    return Creditor(
        name=business.name,
        legal_name=business.legal_name or business.name,
        address=tuple(business.address_lines),
        country=business.country,
        phone=show_phone(business.phone, country),
        email=business.email,
        website=business.website,
        tax_id=business.tax_id,
        registration=business.registration,
        logo_data_uri=data_uri(business.logo) or None,
        bank_name=business.bank_name,
        account_holder=business.account_holder,
        iban=business.iban,
        bic=business.bic,
        account=tuple(business.account_details.splitlines()),
        signatory=business.signatory,
        signatory_role=business.signatory_role,
        signatory_phone=show_phone(business.signatory_phone, country),
        payment_link=business.payment_link,
    )


def addressee_of(customer: Customer, contact: Contact | None, country: str) -> Addressee:
    """The address window; no lines at all where there is no address, so that the letter is marked "address missing"."""
    return Addressee(
        name=customer.legal_name or customer.name,
        country=country,
        address=tuple(customer.address_lines) if customer.has_address else (),
        contact_name=contact.name if contact else "",
        reference=customer.reference,
    )


def _tone(letter: Letter) -> str:
    """As it was sent; until then as the diagnosis of today asks for: a call may just have changed it."""
    stored, customer = letter.facts, letter.customer
    if letter.state == LetterState.SENT or "tone" not in stored:
        return stored.get("tone", "")
    return tone_of(
        stored["step"],
        customer.approach,
        wanted=stored.get("wanted_tone", ""),
        first_contact=stored["first_contact"],
        vulnerable=customer.vulnerable,
    )


def _contact(letter: Letter) -> Contact | None:
    return letter.contact or mail_contacts([letter.customer_id]).get(letter.customer_id)


def _lines(rows: Iterable[Mapping[str, Any]], letter: Letter) -> tuple[LetterLine, ...]:
    """The frozen amounts; the days past due are counted to the date on the letter."""
    dated = [(row, datetime.date.fromisoformat(row["due_on"])) for row in rows]
    return tuple(
        LetterLine(
            number=row["number"],
            currency=letter.currency,
            issued_on=datetime.date.fromisoformat(row["issued_on"]),
            due_on=due_on,
            days_past_due=(letter.written_on - due_on).days,
            total=Decimal(row["total"]),
            paid=Decimal(row["paid"]),
            disputed=Decimal(row["disputed"]),
            planned=Decimal(row["planned"]),
            promised=Decimal(row.get("promised", "0")),
            offered=Decimal(row.get("offered", "0")),
            collectable=Decimal(row["collectable"]),
            purchase_order=row["purchase_order"],
        )
        for row, due_on in dated
    )


def _payments(letter: Letter) -> tuple[ReceivedPayment, ...]:
    """What came in on the invoices asked for, newest first (T24)."""
    rows = Allocation.objects.filter(
        invoice__in=[row["invoice"] for row in letter.facts["lines"]], reversed_on=None, on__lte=letter.written_on
    ).select_related("invoice", "payment", "credit_note")
    return tuple(
        ReceivedPayment(
            received_on=row.on,
            amount=row.amount,
            currency=letter.currency,
            reference=row.payment.reference if row.payment else row.credit_note.number,
            invoice_number=row.invoice.number,
        )
        for row in rows.order_by("-on", "-id")[:LISTED_PAYMENTS]
    )


def _claims(letter: Letter) -> tuple[ClaimLine, ...]:
    """What the law adds to the invoices asked for by the date on the letter; a waiver counts at once (domain.md 7.8).

    Nothing while we hold money of theirs that is not matched: it may have paid one of these invoices in time.
    """
    if letter.code not in CLAIMING or Decimal(letter.facts["unapplied"]):
        return ()
    apart = {row["invoice"]: Decimal(row["disputed"]) + Decimal(row["planned"]) for row in letter.facts["lines"]}
    found = claims_of(letter.business, list(apart), letter.written_on, apart).values()
    sums = {kind: sum((getattr(claim, kind) for claim in found), Decimal(0)) for kind in CLAIMS}
    return tuple(ClaimLine(kind, amount, letter.currency, letter.written_on) for kind, amount in sums.items() if amount)


def _promise(stored: Mapping[str, str] | None) -> PromiseFacts | None:
    if stored is None:
        return None
    due_on, made_on = (datetime.date.fromisoformat(stored[name]) for name in ("due_on", "made_on"))
    return PromiseFacts(Decimal(stored["amount"]), due_on, made_on)


def _agreed(stored: Mapping[str, Any] | None, language: str) -> AgreedFacts:
    """What a call brought (reminders/confirmations.py), in the words of the letter's language."""
    if stored is None:
        return AgreedFacts()
    queries, plan = labels(language)["queries"], stored["plan"] or {}
    return AgreedFacts(
        promises=tuple(_promise(row) for row in stored["promises"]),
        queries=tuple(
            QueryFacts(row["invoice"], queries[row["query"]], Decimal(row["amount"]), _day(row["answer_by"]))
            for row in stored["queries"]
        ),
        instalments=tuple((datetime.date.fromisoformat(on), Decimal(amount)) for on, amount in plan.get("instalments", ())),
        accept_by=_day(plan.get("accept_by")),
        callback_on=_day(stored["callback_on"]),
        decide_on=_day(stored["decide_on"]),
        terms_days=stored["terms_days"],
        statement=stored["statement"],
        document=stored["document"],
    )


def _settlement(stored: Mapping[str, str] | None) -> SettlementFacts | None:
    if stored is None:
        return None
    accept_by, pay_by = (datetime.date.fromisoformat(stored[name]) for name in ("accept_by", "pay_by"))
    return SettlementFacts(Decimal(stored["amount"]), Decimal(stored["total"]), accept_by, pay_by)


def _final(stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a final letter says comes next, and how long they have: as it was when an owner asked for it."""
    if stored is None:
        return {}
    steps = tuple(stored["next_steps"])
    return {"next_steps": steps, "respond_days": stored["respond_days"], "agency": stored["agency"]}


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _reference(letter: Letter) -> str:
    """What a payment is to quote: the letter's number, or of an instalment its plan's, by which the money finds it (6.5)."""
    plan = letter.facts.get("instalment", {}).get("plan")
    return f"{letter.customer.reference}-{f'P{plan}' if plan else letter.pk}"


def _instalment(stored: Mapping[str, Any] | None) -> InstalmentFacts | None:
    if stored is None:
        return None
    due_on, cure_by = (datetime.date.fromisoformat(stored[name]) for name in ("due_on", "cure_by"))
    return InstalmentFacts(stored["number"], Decimal(stored["amount"]), due_on, cure_by, Decimal(stored["remaining"]))


def _resolution(stored: Mapping[str, Any] | None, language: str) -> ResolutionFacts | None:
    """How a query ended: in the words it was closed with, else in those of its outcome."""
    if stored is None:
        return None
    words = labels(language)
    outcome = stored["words"] or words["outcomes"][stored["outcome"]]
    # A letter from before the rule counted says seven days.
    return ResolutionFacts(stored["invoice"], words["queries"][stored["query"]], outcome, stored.get("pay_within", 7))


def _call(stored: Mapping[str, Any] | None) -> CallFacts | None:
    if stored is None:
        return None
    said = {name: stored[name] for name in ("reached", "reason", "words", "agreement")}
    return CallFacts(called_on=datetime.date.fromisoformat(stored["on"]), **said)


def _asked_times(letter: Letter) -> int:
    """How often this customer was asked before in this currency, by letters that really went out."""
    before = Reminder.objects.filter(
        customer=letter.customer_id, currency=letter.currency, letter__state="sent", letter_id__lt=letter.pk
    )
    return before.count()
