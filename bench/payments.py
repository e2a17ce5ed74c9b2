"""Writes the lines of statements the way customers pay, from what is open, with the truth beside each: what it was for.

The shares are what an accounts receivable desk of a small business would call an ordinary month; they are stated, not measured.
"""

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bench.mangling import amount_in_words, broken, mistyped, passed_on, sentence, written
from bench.payers import SURNAMES, Persona, iban
from invoices.matches import LineFacts, Match
from invoices.matching_parts import in_order, netted
from invoices.open_ledger import Ledger, OpenInvoice

CENT = Decimal("0.01")
# How often the payer's account is on the line at all.
ACCOUNT_ON_LINE = 0.75
# So many customers are looked at for one that can pay in the way that was drawn.
TRIES = 300


@dataclass(frozen=True, slots=True)
class Case:
    """A line and what it is for; `truth` None: from no customer. `knowable`: whether the line holds any evidence for it."""

    kind: str
    line: LineFacts
    truth: Match | None
    knowable: bool = True


@dataclass(slots=True)
class Pay:
    """What a kind of payment is written from: a customer, some open invoices, the day."""

    chance: random.Random
    ledger: Ledger
    persona: Persona
    rows: list[OpenInvoice]
    all_open: list[OpenInvoice]
    on: datetime.date
    personas: dict[int, Persona] = field(default_factory=dict)

    @property
    def due(self) -> Decimal:
        return sum((row.balance for row in self.rows), Decimal(0))

    @property
    def numbers(self) -> list[str]:
        return [row.number for row in self.rows]

    def case(self, kind: str, amount: Decimal, text: str, truth: Match | None, **more: object) -> Case:
        """The line, its text through a bank; `raw` keeps the text as it is, `payer` and `account` are somebody else's."""
        raw, payer = more.pop("raw", False), more.pop("payer", self.persona.name)
        account = more.pop("account", self.persona.account if self.chance.random() < ACCOUNT_ON_LINE else "")
        knowable, charges = more.pop("knowable", True), more.pop("charges", Decimal(0))
        told, name = passed_on(self.chance, text, payer)
        line = LineFacts(self.on, self.on, amount, self.rows[0].currency, name, account, "", text if raw else told, charges)
        return Case(kind, line, truth, knowable)

    def truth(self, split: dict[int, Decimal] | None = None, **more: object) -> Match:
        """All of the rows, or `split`."""
        parts = {row.id: row.balance for row in self.rows} if split is None else split
        return Match(self.persona.customer_id, tuple(parts.items()), 100, "truth", "", **more)

    def text(self, numbers: list[str] | None = None) -> str:
        reference = self.ledger.customers[self.persona.customer_id].reference
        return sentence(self.chance, self.numbers if numbers is None else numbers, reference, self.rows[0].issued_on)


def exact(pay: Pay) -> Case:
    return pay.case("exact", pay.due, pay.text(), pay.truth())


def several(pay: Pay) -> Case:
    return pay.case("several at once", pay.due, pay.text(), pay.truth())


def otherwise(pay: Pay) -> Case:
    numbers = [written(pay.chance, number) for number in pay.numbers]
    return pay.case("number written otherwise", pay.due, pay.text(numbers), pay.truth())


def glued(pay: Pay) -> Case:
    bare = ["".join(filter(str.isalnum, number)) for number in pay.numbers]
    return pay.case("numbers glued together", pay.due, "RE" * pay.chance.randint(0, 1) + "".join(bare), pay.truth())


def line_break(pay: Pay) -> Case:
    return pay.case("number over a line's end", pay.due, broken(pay.chance, pay.numbers[0]), pay.truth(), raw=True)


def cut_off(pay: Pay) -> Case:
    """The text ends where the bank's field does: after 35 characters, or after one line of 27."""
    text = "Rechnungen " + ", ".join(pay.numbers)
    return pay.case("text cut off", pay.due, text[: pay.chance.choice([27, 35])], pay.truth(), raw=True)


def typo(pay: Pay) -> Case:
    return pay.case("typing error", pay.due, pay.text([mistyped(pay.chance, pay.numbers[0])]), pay.truth())


def no_reference(pay: Pay) -> Case:
    text = pay.chance.choice(["", "Ihre Rechnung", "Danke", "Payment", "NOTPROVIDED", "Überweisung"])
    kind = "no reference" if len(pay.rows) == 1 else "no reference, several"
    return pay.case(kind, pay.due, text, pay.truth())


def statement_of_account(pay: Pay) -> Case:
    pay.rows = pay.all_open
    return pay.case("all that is open, no numbers", pay.due, "laut Kontoauszug", pay.truth())


def part(pay: Pay) -> Case:
    paid = _share(pay.due, pay.chance.choice([50, 50, 30, 60, 25, pay.chance.randint(10, 90)]))
    text = pay.text() + pay.chance.choice(["", " Teilzahlung", " part payment", " 1. Rate"])
    return pay.case("part payment", paid, text, pay.truth(dict(in_order(paid, pay.rows))))


def part_without_number(pay: Pay) -> Case:
    paid = Decimal(pay.chance.choice([100, 200, 250, 500, 1000]))
    truth = pay.truth(dict(in_order(paid, pay.all_open, disputed=False)))
    booked = sum((amount for _pk, amount in truth.split), Decimal(0))
    truth = Match(truth.customer_id, truth.split, 100, "truth", "", unapplied=paid - booked)
    return pay.case("round sum, no number", paid, "Abschlag", truth)


def another_payer(pay: Pay) -> Case:
    """A parent company, an owner in person, a tax adviser: a name and an account we have never seen."""
    name = pay.chance.choice(
        ["Holding Nord Verwaltungs GmbH", f"Dr. {pay.chance.choice(SURNAMES)}, Steuerberater", "Family Office LP"]
    )
    return pay.case("another payer's name", pay.due, pay.text(), pay.truth(), payer=name, account=iban(pay.chance))


def discount(pay: Pay) -> Case | None:
    """As agreed and in time, where this customer has terms; a line of theirs on such a day."""
    payer = pay.ledger.customers[pay.persona.customer_id]
    if payer.discount_pct is None or not payer.discount_days:
        return None
    latest = max(row.issued_on for row in pay.rows)
    pay.on = min(row.issued_on for row in pay.rows) + datetime.timedelta(days=pay.chance.randint(3, 14))
    if pay.on < latest:
        return None
    return _discounted(pay, "discount as agreed", payer.discount_pct)


def discount_not_agreed(pay: Pay) -> Case | None:
    if pay.ledger.customers[pay.persona.customer_id].discount_pct is not None:
        return None
    return _discounted(pay, "discount not agreed", Decimal(pay.chance.choice([2, 3])))


def charges_reported(pay: Pay) -> Case:
    kept = Decimal(pay.chance.choice(["7.50", "12.00", "15.00", "20.00"]))
    return _charged(pay, "charges, the bank says so", kept, kept)


def charges_silent(pay: Pay) -> Case:
    return _charged(pay, "charges, nobody says so", Decimal(pay.chance.choice(["7.50", "10.00", "15.00"])), Decimal(0))


def spelled(pay: Pay) -> Case:
    text = f"{pay.text()} {amount_in_words(pay.chance, pay.due)}"
    return pay.case("amount and currency in the text", pay.due, text, pay.truth())


def stated(pay: Pay) -> Case:
    """Several, not all in full, and the text says how much is for each."""
    parts = {row.id: row.balance if place else _share(row.balance, 60) for place, row in enumerate(pay.rows)}
    words = " ".join(f"{row.number} {parts[row.id]:.2f}".replace(".", ",") for row in pay.rows)
    return pay.case("amounts beside the numbers", sum(parts.values(), Decimal(0)), words, pay.truth(parts))


def over(pay: Pay) -> Case:
    more = Decimal(pay.chance.choice(["1.00", "9.00", "100.00", "10.00", "0.90"]))
    return pay.case("over-payment", pay.due + more, pay.text(), pay.truth(unapplied=more))


def paid_twice(pay: Pay) -> Case | None:
    """The number of an invoice that was paid some lines ago."""
    paid = [row for row in pay.ledger.invoices.values() if row.balance == 0 and row.customer_id == pay.persona.customer_id]
    if not paid:
        return None
    twice = pay.chance.choice(paid)
    amount = Decimal(pay.chance.randint(5_000, 500_000)) / 100
    return pay.case("paid twice", amount, pay.text([twice.number]), pay.truth({}, unapplied=amount))


def credit_named(pay: Pay) -> Case | None:
    return _netted(pay, "credit note taken off, named", named=True)


def credit_unnamed(pay: Pay) -> Case | None:
    return _netted(pay, "credit note taken off, not named", named=False)


def same_amount(pay: Pay) -> Case | None:
    """Two customers owe the same, and nothing on the line says which of them pays: it cannot be known."""
    row = pay.rows[0]
    twins = pay.ledger.by_amount.get((row.currency, row.balance), set())
    if len({pay.ledger.invoices[pk].customer_id for pk in twins}) < 2:
        return None
    return pay.case("two customers, one amount", pay.due, "Rechnung", pay.truth(), payer="", account="", knowable=False)


def nameless(pay: Pay) -> Case:
    """Only an amount, from a name and an account nobody knows."""
    name = f"{pay.chance.choice(SURNAMES)}, {pay.chance.choice('ABCDEFG')}."
    return pay.case("nothing but the amount", pay.due, "Rechnung", pay.truth(), payer=name, account="", knowable=False)


def group(pay: Pay) -> Case | None:
    """One line for invoices of two customers."""
    others = [row for row in _some_open(pay) if row.customer_id != pay.persona.customer_id]
    if not others:
        return None
    other = others[0]
    truth = pay.truth(others=(Match(other.customer_id, ((other.id, other.balance),), 100, "truth", ""),))
    text = pay.text([*pay.numbers, other.number])
    return pay.case("several customers in one line", pay.due + other.balance, text, truth, account="")


def stranger(pay: Pay) -> Case:
    """Not a customer at all: a refund, interest, money moved between accounts of ours, a sale at the counter."""
    words = [
        ("Finanzamt Hamburg", "UST-ERSTATTUNG 04/26 STNR 22/815/08154"),
        ("Elbbank", "ZINSEN / INTEREST 2. QUARTAL"),
        ("Nordlicht Werkstatt", "Umbuchung / own transfer"),
        ("Stadtwerke", f"Gutschrift Abrechnung {pay.chance.randint(10**7, 10**8)}"),
        ("Kartenzahlungen", f"SAMMLER {pay.chance.randint(10**8, 10**9)} EC-CASH"),
        ("Versicherung AG", f"Schaden {pay.chance.randint(10**6, 10**7)} Erstattung"),
    ]
    name, text = pay.chance.choice(words)
    amount = Decimal(pay.chance.randint(100, 900_000)) / 100
    return pay.case("not a customer", amount, text, None, payer=name, account=iban(pay.chance))


def _share(amount: Decimal, percent: int) -> Decimal:
    return (amount * percent / 100).quantize(CENT)


def _discounted(pay: Pay, kind: str, percent: Decimal) -> Case:
    taken = {row.id: (row.balance * percent / 100).quantize(CENT, "ROUND_HALF_UP") for row in pay.rows}
    split = {row.id: row.balance - taken[row.id] for row in pay.rows}
    truth = pay.truth(split, write_offs=tuple((pk, amount, "discount") for pk, amount in taken.items()))
    text = pay.text() + pay.chance.choice(["", f" abzgl. {percent} % Skonto", " less discount"])
    return pay.case(kind, sum(split.values(), Decimal(0)), text, truth)


def _charged(pay: Pay, kind: str, kept: Decimal, reported: Decimal) -> Case:
    row = pay.rows[0]
    truth = pay.truth({row.id: row.balance - kept}, write_offs=((row.id, kept, "charges"),))
    return pay.case(kind, row.balance - kept, pay.text(), truth, charges=reported)


def _netted(pay: Pay, kind: str, *, named: bool) -> Case | None:
    notes = pay.ledger.credits_of(pay.persona.customer_id, pay.rows[0].currency)[:1]
    if not notes or notes[0].left >= pay.due:
        return None
    split, taken = netted(pay.rows, notes)
    text = pay.text() + (f" abzgl. Gutschrift {notes[0].number}" if named else "")
    return pay.case(kind, pay.due - notes[0].left, text, pay.truth(dict(split), credits=taken))


def _some_open(pay: Pay) -> list[OpenInvoice]:
    keys = [key for key in pay.personas if key != pay.persona.customer_id]
    return pay.ledger.open_of(pay.chance.choice(keys), pay.rows[0].currency) if keys else []


# (writer, how many invoices at least and at most, so many in a thousand lines)
KINDS: tuple[tuple[Callable[[Pay], Case | None], int, int, int], ...] = (
    (exact, 1, 1, 400),
    (several, 2, 6, 120),
    (otherwise, 1, 1, 80),
    (no_reference, 1, 1, 70),
    (stranger, 1, 1, 50),
    (part, 1, 1, 35),
    (another_payer, 1, 1, 30),
    (discount, 1, 2, 30),
    (typo, 1, 1, 25),
    (line_break, 1, 1, 20),
    (spelled, 1, 2, 20),
    (no_reference, 2, 4, 15),
    (cut_off, 2, 5, 15),
    (glued, 1, 3, 15),
    (statement_of_account, 1, 1, 15),
    (credit_named, 1, 2, 10),
    (discount_not_agreed, 1, 1, 10),
    (over, 1, 1, 8),
    (charges_silent, 1, 1, 7),
    (stated, 2, 3, 5),
    (charges_reported, 1, 1, 5),
    (credit_unnamed, 1, 1, 4),
    (part_without_number, 1, 1, 4),
    (group, 1, 1, 4),
    (paid_twice, 1, 1, 3),
    (nameless, 1, 1, 3),
    (same_amount, 1, 1, 2),
)


def payments(ledger: Ledger, personas: dict[int, Persona], chance: random.Random, on: datetime.date) -> Iterator[Case]:
    """Lines without end, as long as something is open; whoever takes one tells the ledger its truth before the next."""
    weights = [share for *_kind, share in KINDS]
    accounts = sorted(account for account, rows in ledger.of_customer.items() if rows)
    while any(ledger.of_customer[account] for account in accounts):
        write, least, most, _share_of_all = chance.choices(KINDS, weights)[0]
        for _try in range(TRIES):
            customer_id, currency = chance.choice(accounts)
            rows = ledger.open_of(customer_id, currency)
            if len(rows) < least:
                continue
            count = chance.randint(least, most)
            start = chance.choice([0, 0, chance.randint(0, max(0, len(rows) - count))])
            pay = Pay(chance, ledger, personas[customer_id], rows[start : start + count], rows, on, personas)
            case = write(pay)
            if case is not None and _makes_sense(case):
                yield case
                break


def _makes_sense(case: Case) -> bool:
    """Nobody sends nothing, and a deduction larger than its invoice is none."""
    return case.line.amount > 0 and all(amount > 0 for _pk, amount in (case.truth.split if case.truth else ()))
