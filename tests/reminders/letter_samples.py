"""Letters to look at and to test: one creditor, one customer a language, and every code with its variants."""

import base64
import dataclasses
import io
from datetime import date, timedelta
from decimal import Decimal

import segno

from arcollect.addresses import paper_for
from reminders.agreed_facts import AgreedFacts, PromiseFacts, QueryFacts
from reminders.letter_facts import (
    Addressee,
    CallFacts,
    Creditor,
    InstalmentFacts,
    LetterFacts,
    LetterLine,
    ReceivedPayment,
    ResolutionFacts,
)

TODAY = date(2026, 6, 30)
PORTAL = "https://pay.example/p/7k3m9q2vxw4tz8rb5n6hjc0dpa/"
CURRENCIES = {"en": "USD", "de": "EUR", "es": "EUR"}

CREDITOR = Creditor(
    name="Nordlicht Werkstatt",
    legal_name="Nordlicht Werkstatt GmbH",
    address=("Hafenstraße 12", "20457 Hamburg"),
    country="DE",
    phone="+49 40 555 0100",
    email="konto@nordlicht.example",
    website="www.nordlicht.example",
    tax_id="DE123456788",
    registration="Amtsgericht Hamburg, HRB 12345",
    bank_name="Elbbank",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    signatory="Maria Okafor",
    signatory_role="Buchhaltung",
    signatory_phone="+49 40 555 0123",
)
AMERICAN = Creditor(
    name="Harbor & Pine Supply",
    legal_name="Harbor & Pine Supply LLC",
    address=("1200 Dock Street, Suite 4", "Tacoma, WA 98402"),
    country="US",
    phone="+1 253 555 0142",
    email="accounts@harborpine.example",
    bank_name="First Sound Bank",
    account=("Routing number: 125000024", "Account: 4410 2277"),
    signatory="Dana Whitfield",
    signatory_role="Accounts",
    payment_link="https://pay.example/harborpine",
)
CUSTOMERS = {
    "en": Addressee("Brightwater Cafés Inc.", "US", ("88 Larch Avenue", "Portland, OR 97205"), "Sam Ortega", "C-0042"),
    "de": Addressee("Bäckerei Łukasz & Söhne OHG", "AT", ("Lindengasse 7", "1070 Wien"), "Anna Müller", "10234"),
    "es": Addressee("Panadería La Espiga, S.L.", "ES", ("Calle Mayor, 14, 2.º B", "28013 Madrid"), "Lucía Peña", "20871"),
}


def logo() -> str:
    """A picture as the business would upload it, carried in the page."""
    picture = io.BytesIO()
    segno.make("logo", micro=False).save(picture, kind="png", scale=8, border=0)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()


def line(number: str = "INV-7", *, late: int = 34, total: str = "1250.00", currency: str = "EUR", **changes) -> LetterLine:
    """An invoice net 30, `late` days past due on TODAY, all of it asked for unless `changes` say otherwise."""
    due_on = TODAY - timedelta(days=late)
    amount = Decimal(total)
    values = {
        "number": number,
        "currency": currency,
        "issued_on": due_on - timedelta(days=30),
        "due_on": due_on,
        "days_past_due": late,
        "total": amount,
        "collectable": amount - changes.get("paid", 0) - changes.get("disputed", 0) - changes.get("planned", 0),
    }
    return LetterLine(**values | changes)


def facts(code: str = "L30", language: str = "en", **changes) -> LetterFacts:
    """A letter of the code; the total follows from its lines."""
    currency = changes.get("currency", CURRENCIES[language])
    customer = changes.get("customer", CUSTOMERS[language])
    lines = changes.get("lines", (line(currency=currency),))
    values = {
        "code": code,
        "language": language,
        "today": TODAY,
        "currency": currency,
        "creditor": AMERICAN if currency == "USD" else CREDITOR,
        "customer": customer,
        "lines": lines,
        "total": sum((one.collectable for one in lines), Decimal(0)),
        "reference": lines[0].number if lines else "",
        "paper": paper_for(customer.country),
        "letter_id": 812,
    }
    return LetterFacts(**values | changes)


def cedar(code: str = "L90", language: str = "de", **changes) -> LetterFacts:
    """The worked case of domain.md 3.5: 1250.00 asked, 350.00 on account, 150.00 under query."""
    currency = changes.get("currency", CURRENCIES[language])
    part = line("INV-9", late=91, total="400.00", currency=currency, disputed=Decimal("150.00"))
    lines = (
        line("INV-7", late=61, total="700.00", currency=currency, purchase_order="4500018832"),
        line("INV-8", late=90, total="300.00", currency=currency),
        part,
    )
    return facts(code, language, lines=lines, queried=(part,), unapplied=Decimal("350.00"), asked_times=3, **changes)


def partly_paid(code: str = "L30", language: str = "en", **changes) -> LetterFacts:
    """Trap T24: 1000.00 less 200.00 paid."""
    currency = changes.get("currency", CURRENCIES[language])
    payment = ReceivedPayment(date(2026, 6, 12), Decimal("200.00"), currency, "TRF 88120", "INV-7")
    rest = line("INV-7", total="1000.00", paid=Decimal("200.00"), currency=currency)
    return facts(code, language, lines=(rest,), payments=(payment,), **changes)


def many(count: int = 60, code: str = "L30", language: str = "en", **changes) -> LetterFacts:
    currency = CURRENCIES[language]
    lines = tuple(line(f"INV-{1000 + n}", late=31 + n, total=f"{100 + 37 * n}.{n:02d}", currency=currency) for n in range(count))
    return facts(code, language, lines=lines, not_due=(line("INV-2000", late=-9, currency=currency),), **changes)


def diagnosed(code: str, language: str, diagnosis: str, **changes) -> LetterFacts:
    """A letter of the step, spoken as the reason for the delay asks for; who will not pay is spoken to firmly at every step."""
    if code == "LBP":
        changes |= {"promise": dataclasses.replace(PROMISE, due_on=date(2026, 6, 26))}
    tone = {"WONT": "firm", "SHOULDNT": "friendly_firm", "CANT": "sympathetic", "ADMIN": "helpful"}.get(diagnosis, "")
    if code == "L90" and diagnosis == "SHOULDNT":
        tone = "firm"
    return facts(code, language, diagnosis=diagnosis, tone=tone, asked_times=2, **changes)


REACHED = CallFacts(date(2026, 6, 29), reached=True, reason="R13")
AGREED = CallFacts(date(2026, 6, 29), reached=True, reason="R04", agreement="1,250.00 with the run of July 10")
MISSED = CallFacts(date(2026, 6, 29), reached=False)
PROMISE = PromiseFacts(Decimal("600.00"), date(2026, 7, 10), date(2026, 6, 29))
LATER = dataclasses.replace(PROMISE, amount=Decimal("300.00"), due_on=date(2026, 7, 24))
CALL_ON = date(2026, 7, 6)
HALVES = ((date(2026, 6, 30), Decimal("450.00")), (date(2026, 7, 30), Decimal("450.00")))
SAID = CallFacts(date(2026, 6, 29), reached=True, reason="R10")
REFUSED = CallFacts(date(2026, 6, 29), reached=True, reason="R19")
QUERIES = {
    "en": QueryFacts("INV-9", "the price", Decimal("150.00"), date(2026, 7, 1)),
    "de": QueryFacts("INV-9", "Preis", Decimal("150.00"), date(2026, 7, 1)),
    "es": QueryFacts("INV-9", "el precio", Decimal("150.00"), date(2026, 7, 1)),
}
INSTALMENT = InstalmentFacts(2, Decimal("250.00"), date(2026, 6, 15), date(2026, 7, 7), Decimal("750.00"))
COMING = InstalmentFacts(2, Decimal("250.00"), date(2026, 7, 3), date(2026, 7, 3), Decimal("750.00"))
OUTCOMES = {
    "en": ResolutionFacts("INV-7", "short delivery", "we have credited the two missing boxes"),
    "de": ResolutionFacts("INV-7", "Fehlmenge", "die beiden fehlenden Kartons haben wir gutgeschrieben"),
    "es": ResolutionFacts("INV-7", "faltaban cajas", "hemos abonado las dos cajas que faltaban"),
}


def samples(language: str) -> dict[str, LetterFacts]:
    """Every letter we ship in a language, by name: each code, and each variant whose words differ."""
    currency = CURRENCIES[language]
    fresh = line("INV-7", late=-21, currency=currency, purchase_order="4500018832")
    soon = line("INV-7", late=-3, currency=currency)
    closed = line("INV-7", late=12, currency=currency)
    return {
        "L0": facts("L0", language, lines=(fresh,), terms_enclosed=True),
        "LC": facts("LC", language, lines=(soon,), treated="FORGETFUL", portal_url=PORTAL),
        "LC-prompt": facts("LC", language, lines=(soon,), treated="PROMPT", copies_enclosed=True),
        "L1-tactical": facts("L1", language, lines=(line(late=1, currency=currency),), treated="TACTICAL"),
        "L1": facts("L1", language, lines=(line(late=1, currency=currency),), copies_enclosed=True),
        "L1-part-paid": partly_paid("L1", language, portal_url=PORTAL),
        "L30": facts("L30", language, portal_url=PORTAL, asked_times=1),
        "L30-first": facts("L30", language, first_contact=True),
        "L60-reached": cedar("L60", language, call=REACHED, promise=PROMISE),
        "L60-missed": cedar("L60", language, call=MISSED, portal_url=PORTAL),
        "L60-no-call": facts("L60", language, lines=(line(late=62, currency=currency),)),
        "L60-first": cedar("L60", language, first_contact=True),
        "L90-cant": cedar("L90", language, diagnosis="CANT", portal_url=PORTAL),
        "L90-firm": cedar("L90", language, diagnosis="WONT", next_steps=("HOLD", "AGENCY")),
        "L90-no-plan": cedar("L90", language, diagnosis="CANT", plan_barred=True, portal_url=PORTAL),
        "L90-firm-no-plan": cedar("L90", language, diagnosis="WONT", plan_barred=True, portal_url=PORTAL),
        "FINAL": cedar("FINAL", language, respond_days=30, next_steps=("COURT",)),
        "FINAL-no-plan": cedar("FINAL", language, diagnosis="CANT", plan_barred=True, portal_url=PORTAL),
        "LBP": facts("LBP", language, promise=dataclasses.replace(PROMISE, due_on=date(2026, 6, 26))),
        "LPI": facts("LPI", language, lines=(), total=Decimal(0), instalment=COMING, reference="C-0042-P7", portal_url=PORTAL),
        "LPD": facts("LPD", language, lines=(), total=Decimal(0), instalment=INSTALMENT, reference="C-0042-P7"),
        "LRES": facts("LRES", language, lines=(closed,), resolution=OUTCOMES[language]),
        "LCALL-promise": cedar(
            "LCALL", language, call=REACHED, agreed=AgreedFacts(promises=(PROMISE, LATER), callback_on=CALL_ON)
        ),
        "LCALL-query": cedar("LCALL", language, call=SAID, agreed=AgreedFacts(queries=(QUERIES[language],), document=True)),
        "LCALL-offer": cedar("LCALL", language, call=REACHED, agreed=AgreedFacts(instalments=HALVES, accept_by=CALL_ON)),
        "LCALL-refused": cedar("LCALL", language, call=REFUSED, agreed=AgreedFacts(decide_on=CALL_ON, statement=True)),
    } | {
        f"{code}-{diagnosis.lower()}": diagnosed(code, language, diagnosis)
        for code in ("L30", "L60", "L90", "LBP", "FINAL")
        for diagnosis in ("ADMIN", "CANT", "SHOULDNT", "WONT")
        if (code, diagnosis) != ("L90", "CANT")
    }
