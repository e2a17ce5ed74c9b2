"""Made-up letters of every kind: what a changed text is tried on, and what shows what its fields hold. Pure."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from arcollect.addresses import paper_for
from invoices.models.insight import Segment, SubType
from reminders.agreed_facts import AgreedFacts, QueryFacts, SettlementFacts
from reminders.letter_facts import (
    Addressee,
    CallFacts,
    Creditor,
    InstalmentFacts,
    LetterFacts,
    LetterLine,
    PromiseFacts,
    ReceivedPayment,
    ResolutionFacts,
)

LINK = "https://pay.example/p/7k3m9q2vxw4tz8rb5n6hjc0dpa/"
CUSTOMERS = {
    "en": Addressee("Brightwater Cafés Inc.", "US", ("88 Larch Avenue", "Portland, OR 97205"), "Sam Ortega", "C-0042"),
    "de": Addressee("Bäckerei Lindner OHG", "DE", ("Lindengasse 7", "50667 Köln"), "Anna Müller", "C-0042"),
    "es": Addressee("Panadería La Espiga, S.L.", "ES", ("Calle Mayor, 14", "28013 Madrid"), "Lucía Peña", "C-0042"),
}
RESOLUTIONS = {
    "en": ResolutionFacts("INV-7", "short delivery", "we have credited the two missing boxes"),
    "de": ResolutionFacts("INV-7", "Fehlmenge", "die beiden fehlenden Kartons haben wir gutgeschrieben"),
    "es": ResolutionFacts("INV-7", "faltaban cajas", "hemos abonado las dos cajas que faltaban"),
}
WORDS = {
    "en": ("your biggest customer pays late", "half on Friday, the rest at the end of the month"),
    "de": ("Ihr größter Kunde zahlt spät", "die Hälfte am Freitag, den Rest zum Monatsende"),
    "es": ("su cliente más grande paga tarde", "la mitad el viernes y el resto a fin de mes"),
}
OF_A_PLAN = ("LPI", "LPD")
QUERIES = {"en": "the price", "de": "Preis", "es": "el precio"}
LATE = {"L0": -21, "LC": -3, "L1": 1, "L30": 34, "L60": 62, "L90": 93, "FINAL": 108}


def examples(code: str, language: str, creditor: Creditor, currency: str, today: date) -> list[tuple[Any, LetterFacts]]:
    """(what it is like, the letter) for every situation a text of this code may meet."""
    plain = example(code, language, creditor, currency, today)
    words, agreement = WORDS[language]
    call = CallFacts(today - timedelta(days=1), reached=True, reason="R13", words=words)
    ways = {
        _("everything there"): _rich(plain, call),
        _("one invoice"): {},
        _("many invoices"): _many(plain),
        _("a first contact"): {"first_contact": True, "diagnosis": "NOT_YET"},
        _("a part payment, and money on account"): _partly_paid(plain),
        _("a call that reached somebody"): {"call": call, "diagnosis": "CANT"},
        _("an agreement on the call"): {"call": dataclasses.replace(call, agreement=agreement)},
        _("a call that reached nobody"): {"call": dataclasses.replace(call, reached=False, reason="", words="")},
        _("firm"): {"diagnosis": "WONT", "tone": "firm", "asked_times": 3, "next_steps": ("HOLD", "AGENCY")},
        _("cannot pay"): {"diagnosis": "CANT", "portal_url": LINK},
        _("disagrees"): {"diagnosis": "SHOULDNT"},
        _("something administrative"): {"diagnosis": "ADMIN"},
        _("a customer who forgets"): {"treated": Segment.FORGETFUL},
        _("a customer who pays promptly"): {"treated": Segment.PROMPT, "portal_url": LINK},
        _("a customer whose queries come late"): {"treated": SubType.TACTICAL},
        _("after a plan that ended unpaid"): {"plan_barred": True, "portal_url": LINK},
        _("a customer we know little of"): _bare(plain),
    }
    return [(name, dataclasses.replace(plain, **changes)) for name, changes in ways.items()]


def example(code: str, language: str, creditor: Creditor, currency: str, today: date) -> LetterFacts:
    """The plainest letter of this code: one invoice, nothing special."""
    customer = CUSTOMERS[language]
    line = _line("INV-7", today, currency, LATE.get(code, 34))
    lines = () if code in OF_A_PLAN else (line,)
    return LetterFacts(
        code=code,
        language=language,
        today=today,
        currency=currency,
        creditor=creditor,
        customer=customer,
        lines=lines,
        total=sum((one.collectable for one in lines), Decimal(0)),
        reference="C-0042-812",
        letter_id=812,
        paper=paper_for(customer.country),
        promise=_promise(today) if code == "LBP" else None,
        instalment=_instalment(code, today) if code in OF_A_PLAN else None,
        resolution=RESOLUTIONS[language] if code == "LRES" else None,
    )


def _line(number: str, today: date, currency: str, late: int, total: str = "1250.00", paid: str = "0") -> LetterLine:
    due_on, amount = today - timedelta(days=late), Decimal(total)
    return LetterLine(
        number=number,
        currency=currency,
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        days_past_due=late,
        total=amount,
        paid=Decimal(paid),
        collectable=amount - Decimal(paid),
        purchase_order="4500018832",
    )


def _promise(today: date) -> PromiseFacts:
    return PromiseFacts(Decimal("600.00"), today - timedelta(days=4), today - timedelta(days=14))


def _instalment(code: str, today: date) -> InstalmentFacts:
    """The second instalment: three days ahead in LPI, ten days past its date elsewhere."""
    due_on = today + timedelta(days=3) if code == "LPI" else today - timedelta(days=10)
    return InstalmentFacts(
        2, Decimal("250.00"), due_on, due_on if code == "LPI" else today + timedelta(days=7), Decimal("750.00")
    )


def _agreed(plain: LetterFacts) -> AgreedFacts:
    """All a call may bring at once, in the letter that confirms it."""
    day = plain.today
    half = Decimal("450.00")
    return AgreedFacts(
        promises=(PromiseFacts(Decimal("200.00"), day + timedelta(days=4), day),),
        queries=(QueryFacts("INV-7", QUERIES[plain.language], Decimal("150.00"), day + timedelta(days=7)),),
        instalments=((day + timedelta(days=7), half), (day + timedelta(days=37), half)),
        accept_by=day + timedelta(days=10),
        callback_on=day + timedelta(days=5),
        settlement=_settlement(plain.today),
        terms_days=30,
        statement=True,
        document=True,
    )


def _settlement(today: date) -> SettlementFacts:
    return SettlementFacts(Decimal("900.00"), Decimal("1250.00"), today + timedelta(days=7), today + timedelta(days=14))


def _rich(plain: LetterFacts, call: CallFacts) -> dict[str, Any]:
    """Every field holds something: the help shows these values."""
    return {
        "call": dataclasses.replace(call, agreement=WORDS[plain.language][1]),
        "promise": _promise(plain.today),
        "instalment": plain.instalment or _instalment(plain.code, plain.today),
        "resolution": RESOLUTIONS[plain.language],
        "next_steps": ("HOLD", "AGENCY"),
        "asked_times": 3,
        "copies_enclosed": True,
        "terms_enclosed": True,
        "portal_url": LINK,
        "queried": tuple(dataclasses.replace(line, disputed=Decimal("150.00")) for line in plain.lines),
        **({"agreed": _agreed(plain)} if plain.code == "LCALL" else {}),
        **({"agreed": AgreedFacts(settlement=_settlement(plain.today))} if plain.code == "L90" else {}),
        **_partly_paid(plain),
    }


def _many(plain: LetterFacts) -> dict[str, Any]:
    if not plain.lines:
        return {}
    late = plain.lines[0].days_past_due
    lines = tuple(_line(f"INV-{7 + n}", plain.today, plain.currency, late - n, f"{100 + 37 * n}.00") for n in range(5))
    return {"lines": lines, "total": sum((line.collectable for line in lines), Decimal(0))}


def _partly_paid(plain: LetterFacts) -> dict[str, Any]:
    if not plain.lines:
        return {}
    line = _line("INV-7", plain.today, plain.currency, plain.lines[0].days_past_due, paid="200.00")
    payment = ReceivedPayment(plain.today - timedelta(days=9), Decimal("200.00"), plain.currency, "TRF 88120", "INV-7")
    return {"lines": (line,), "total": line.collectable, "payments": (payment,), "unapplied": Decimal("350.00")}


def _bare(plain: LetterFacts) -> dict[str, Any]:
    creditor = Creditor(name=plain.creditor.name, legal_name=plain.creditor.legal_name, address=(), country="")
    return {"customer": Addressee("Acme", plain.customer.country), "creditor": creditor}
