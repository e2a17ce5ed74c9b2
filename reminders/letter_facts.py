"""What a letter states, frozen: plain values, no queries, no clock. A letter that would be wrong cannot be constructed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from arcollect.money import quantize
from reminders.agreed_facts import AgreedFacts, PromiseFacts

CODES = ("L0", "LC", "L1", "L30", "L60", "L90", "FINAL", "LBP", "LPI", "LPD", "LRES", "LCALL")
CLAIMS = ("interest", "compensation")
# These ask for no overdue invoices of their own, so money on account need not leave something to pay.
CODES_WITHOUT_NETTING = frozenset({"L0", "LC", "LPI", "LPD", "LCALL"})
# These come before the due date, which is the day they name.
BEFORE_DUE = frozenset({"L0", "LC"})
# Only these turn the 90-day letter firm (domain.md 3.2); a reason we do not know keeps it conciliatory.
FIRM_DIAGNOSES = frozenset({"WONT", "SHOULDNT"})
FIRM_TONE = "firm"


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who writes. `address` are lines without the name; `logo_data_uri` carries the picture itself; `account` are further lines
    for accounts without IBAN ("Routing number 021000021", "Account 1234567")."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    country: str
    phone: str = ""
    email: str = ""
    website: str = ""
    tax_id: str = ""
    registration: str = ""
    logo_data_uri: str | None = None
    bank_name: str = ""
    account_holder: str = ""
    iban: str = ""
    bic: str = ""
    account: tuple[str, ...] = ()
    signatory: str = ""
    signatory_role: str = ""
    signatory_phone: str = ""
    payment_link: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom. No `address` lines: the letter is marked "address missing". `reference` is the customer number."""

    name: str
    country: str
    address: tuple[str, ...] = ()
    contact_name: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One invoice. `collectable` is what the letter asks for; `paid` holds payments and credits alike."""

    number: str
    currency: str
    issued_on: date
    due_on: date
    days_past_due: int
    total: Decimal
    collectable: Decimal
    paid: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    planned: Decimal = Decimal(0)
    promised: Decimal = Decimal(0)
    offered: Decimal = Decimal(0)
    purchase_order: str = ""

    def __post_init__(self) -> None:
        if not Decimal(0) <= self.collectable <= self.total - self.paid:
            raise ValueError(f"Invoice {self.number}: {self.collectable} asked for, {self.total - self.paid} open")

    @property
    def set_aside(self) -> Decimal:
        """What is open but not asked for: in dispute, in a plan, promised."""
        return self.total - self.paid - self.collectable


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment or credit the letter lists, so that the customer sees it arrived (trap T24)."""

    received_on: date
    amount: Decimal
    currency: str
    reference: str = ""
    invoice_number: str = ""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What the law adds to late invoices, beside the amount due and never in it (domain.md 7.8): `kind` is "interest", counted
    to the day `until`, or "compensation"."""

    kind: str
    amount: Decimal
    currency: str
    until: date

    def __post_init__(self) -> None:
        if self.kind not in CLAIMS or self.amount <= 0:
            raise ValueError(f"No such claim: {self.kind} {self.amount}")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The call a letter confirms. `reason` is a reason code ("R13") or words; `words`, what the caller repeated back, and
    `agreement` are in the customer's language."""

    called_on: date
    reached: bool
    reason: str = ""
    words: str = ""
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class InstalmentFacts:
    """LPD: the missed instalment, the last day to repair it, and what falls due otherwise. LPI: one that falls due soon, to be
    paid by its own day, `cure_by`."""

    number: int
    amount: Decimal
    due_on: date
    cure_by: date
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class ResolutionFacts:
    """LRES: the query that was closed; `query` and `outcome` are words in the customer's language, `pay_within` are days."""

    invoice_number: str
    query: str
    outcome: str
    pay_within: int = 7


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """One letter to one customer in one currency. `lines` are asked for, `not_due` are for information; `queried`, `planned`,
    `promised` and `offered` are shown apart (an invoice partly in dispute stands in both). `total` is the sum asked for before
    `unapplied` money. `tone`: that of the step (reminders/tone.py), "" for a letter without one. `copies_missing`: the invoices
    whose copy does not go along though others' do. `terms`: those enclosed, on pages of their own behind the letter.
    `agency`: the name of the one a next step is about. `treated`: the segment, or sub-type, the customer was treated by.
    Raises ValueError where the figures contradict each other or two currencies meet (traps T24, T25)."""

    code: str
    language: str
    today: date
    currency: str
    creditor: Creditor
    customer: Addressee
    lines: tuple[LetterLine, ...]
    total: Decimal
    reference: str
    not_due: tuple[LetterLine, ...] = ()
    queried: tuple[LetterLine, ...] = ()
    planned: tuple[LetterLine, ...] = ()
    promised: tuple[LetterLine, ...] = ()
    offered: tuple[LetterLine, ...] = ()
    payments: tuple[ReceivedPayment, ...] = ()
    unapplied: Decimal = Decimal(0)
    call: CallFacts | None = None
    promise: PromiseFacts | None = None
    agreed: AgreedFacts = AgreedFacts()
    instalment: InstalmentFacts | None = None
    resolution: ResolutionFacts | None = None
    claims: tuple[ClaimLine, ...] = ()
    first_contact: bool = False
    diagnosis: str = ""
    tone: str = ""
    treated: str = ""
    plan_barred: bool = False
    asked_times: int = 0
    respond_days: int = 14
    next_steps: tuple[str, ...] = ()
    agency: str = ""
    copies_enclosed: bool = False
    copies_missing: tuple[str, ...] = ()
    terms_enclosed: bool = False
    terms: str = ""
    portal_url: str | None = None
    paper: str = "A4"
    letter_id: int | None = None
    answer_by: date | None = field(default=None)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"No such letter: {self.code}")
        self._refuse_second_currency()
        asked = sum((line.collectable for line in self.lines), Decimal(0))
        if asked != self.total:
            raise ValueError(f"The letter asks for {self.total}, its invoices add up to {asked}")
        if self.net <= 0 and self.code not in CODES_WITHOUT_NETTING:
            raise ValueError(f"Nothing to ask {self.customer.name} for: {self.total} less {self.unapplied} on account")

    def _refuse_second_currency(self) -> None:
        apart = (*self.queried, *self.planned, *self.promised, *self.offered)
        rows = (*self.lines, *self.not_due, *apart, *self.payments, *self.claims)
        if others := sorted({row.currency for row in rows} - {self.currency}):
            raise ValueError(f"A letter in {self.currency} cannot hold {', '.join(others)}")

    @property
    def net(self) -> Decimal:
        """What is really to pay: the total less money we hold unapplied."""
        return self.total - self.unapplied

    @property
    def locale(self) -> str:
        """The language as the addressee's country writes numbers and dates: "de-AT"."""
        return f"{self.language}-{self.customer.country}"

    @property
    def amount_due(self) -> Decimal:
        """The one large figure: the instalment in LPI and LPD, what a settlement on offer comes to, what was promised next in
        LCALL, else what is to pay after netting; 0 in an LCALL where nothing is: it confirms, it does not ask."""
        if self.instalment:
            return self.instalment.amount
        if self.settles:
            return self.agreed.settlement.amount
        if self.code != "LCALL":
            return self.net
        return self.agreed.promises[0].amount if self.agreed.promises else max(self.net, Decimal(0))

    @property
    def pay_by(self) -> date | None:
        """The one large date (domain.md 3.6): D in L0, LC and LPI, cure in LPD, the reply period in FINAL, today in LBP, else 7
        days; of a closed query the owner says in how many. None in an L60 that confirms an agreement: its own date must not stand
        beside another; in LCALL what they said."""
        if self.code == "LCALL":
            return self.agreed.promises[0].due_on if self.agreed.promises else None
        if self.code == "L60" and (self.promise or (self.call and self.call.agreement)):
            return None
        if self.code in BEFORE_DUE:
            return min(line.due_on for line in self.lines)
        if self.instalment:
            return self.instalment.cure_by
        if self.settles:
            return self.agreed.settlement.pay_by
        resolved = self.resolution.pay_within if self.resolution else 7
        days = {"FINAL": self.respond_days, "LBP": 0, "LRES": resolved}.get(self.code, 7)
        return self.today + timedelta(days=days)

    @property
    def settles(self) -> bool:
        """Whether the letter is the one that offers a settlement; a confirmation of a call only says that it was offered."""
        return self.agreed.settlement is not None and self.code != "LCALL"

    @property
    def halves(self) -> tuple[Decimal, Decimal]:
        """Half now, half later; an odd cent is paid now (domain.md 6.3: 333.33 -> 166.67 and 166.66)."""
        now = quantize(self.net / 2, self.currency)
        return now, self.net - now

    @property
    def second_half_by(self) -> date:
        return self.today + relativedelta(months=1)

    @property
    def firm(self) -> bool:
        """As the step decided; a letter without a step of its own goes by the diagnosis alone."""
        return self.tone == FIRM_TONE if self.tone else self.diagnosis in FIRM_DIAGNOSES

    @property
    def cannot_pay(self) -> bool:
        return self.diagnosis == "CANT" and not self.firm

    @property
    def disagrees(self) -> bool:
        return self.diagnosis == "SHOULDNT"

    @property
    def administrative(self) -> bool:
        return self.diagnosis == "ADMIN" and not self.firm
