"""Tells two years of invoices: what was sold, how it was paid, what was contested. Pure: same seed and day, same ledger."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from arcollect.dates import Calendar
from arcollect.money import quantize
from invoices.models.agreement import DisputeCode, DisputeOutcome
from reminders.demo.cast import Habit, Persona
from reminders.demo.habits import NOT_YET, days_late, pays_in_parts
from reminders.demo.names import GOODS

DAY = datetime.timedelta(days=1)
NOTHING = Decimal(0)
HOME_TAX = Decimal(20)
STILL_OPEN_FOR = 4  # days ago at most that the newest query of each disputer came in, so that some await their answer


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an invoice."""

    description: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Objection:
    """A dispute over `amount`, closed on `resolved_on` by a credit note over `credit` (nothing where it was rejected)."""

    code: DisputeCode
    opened_on: datetime.date
    resolved_on: datetime.date
    outcome: DisputeOutcome
    amount: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """An invoice with its whole life, also the part that lies ahead: (day, amount) receipts and what was contested."""

    persona: Persona
    number: str
    currency: str
    issued_on: datetime.date
    due_on: datetime.date
    items: tuple[Item, ...]
    tax_rate: Decimal
    total: Decimal
    purchase_order: str
    receipts: tuple[tuple[datetime.date, Decimal], ...] = ()
    objection: Objection | None = None

    def open_before(self, day: datetime.date) -> Decimal:
        """What is open on the morning of `day`."""
        taken = sum((amount for on, amount in self.receipts if on < day), NOTHING)
        if self.objection and self.objection.resolved_on < day:
            taken += self.objection.credit
        return self.total - taken

    def disputed_before(self, day: datetime.date) -> Decimal:
        """What is in dispute on the morning of `day`."""
        objection = self.objection
        return objection.amount if objection and objection.opened_on < day <= objection.resolved_on else NOTHING


def tell_ledger(cast: list[Persona], seed: int, today: datetime.date, calendar: Calendar) -> list[Sale]:
    """Every invoice issued until `today`, numbered in order of issue."""
    sales = [sale for persona in cast for sale in _sales_of(persona, Random(f"{seed}:{persona.reference}"), today, calendar)]
    sales.sort(key=lambda sale: (sale.issued_on, sale.persona.reference, sale.currency))
    return [replace(sale, number=f"INV-{number}") for number, sale in enumerate(sales, start=20417)]


def _sales_of(persona: Persona, random: Random, today: datetime.date, calendar: Calendar) -> Iterator[Sale]:
    sales, day = [], today - datetime.timedelta(days=persona.since_days)
    stop = today - datetime.timedelta(days=75) if persona.habit == Habit.ON_PLAN else today
    while (day := calendar.roll_forward(day)) <= stop:
        sales.append(_sale(persona, random, day, calendar))
        day += datetime.timedelta(days=max(5, persona.every_days + random.randint(-4, 4)))
    past_due = sum(sale.due_on < today for sale in sales)
    for index, sale in enumerate(sales):
        age = past_due - 1 - index
        contested = _contest(sale, age, random, today, calendar)
        yield replace(contested, receipts=tuple(_receipts(contested, age, random, calendar)))


def _sale(persona: Persona, random: Random, day: datetime.date, calendar: Calendar) -> Sale:
    currency = persona.land.currency
    tax_rate = HOME_TAX if persona.land.country == "GB" else NOTHING
    items = tuple(_items(persona.size, tax_rate, currency, random))
    return Sale(
        persona=persona,
        number="",
        currency=currency,
        issued_on=day,
        due_on=day + datetime.timedelta(days=persona.terms_days),
        items=items,
        tax_rate=tax_rate,
        total=sum((item.net + item.tax for item in items), NOTHING),
        purchase_order=f"PO-{random.randint(1000, 9899)}" if persona.size > 800 else "",
    )


def _items(size: int, tax_rate: Decimal, currency: str, random: Random) -> Iterator[Item]:
    """One to three lines that come near to `size` whole units of money."""
    left = Decimal(size) * random.randint(60, 150) / 100
    for good in random.sample([good for good in GOODS if good.low <= left], k=random.choice((1, 2, 2, 3))):
        price = Decimal(random.randint(good.low * 100, good.high * 100)) / 100
        quantity = max(1, min(good.most, int(left / price)))
        net = quantize(price * quantity, currency)
        yield Item(good.description, quantity, price, net, quantize(net * tax_rate / 100, currency))
        left -= net
        if left < price:
            return


def _contest(sale: Sale, age: int, random: Random, today: datetime.date, calendar: Calendar) -> Sale:
    """The sale with the query that its customer may raise about it."""
    habit, chance = sale.persona.habit, random.random()
    if habit == Habit.OUR_FAULT and (chance < 0.45 or age == -1):
        opened = sale.issued_on + 6 * DAY
        code = random.choice((DisputeCode.QTY_SHORT, DisputeCode.DAMAGED, DisputeCode.WRONG_ITEM, DisputeCode.PRICE))
        outcome = random.choice((DisputeOutcome.UPHELD, DisputeOutcome.UPHELD, DisputeOutcome.PARTLY))
        share, length = random.choice((10, 15, 20, 30)), random.randint(4, 9)
    elif habit == Habit.TACTICAL and (chance < 0.42 or age == 0):
        opened = sale.due_on + random.randint(3, 8) * DAY
        code = random.choice((DisputeCode.QUALITY, DisputeCode.TERMS, DisputeCode.SERVICE_INCOMPLETE))
        outcome, share, length = DisputeOutcome.REJECTED, 100, random.randint(6, 12)
    else:
        return sale
    if age == (-1 if habit == Habit.OUR_FAULT else 0) and opened < today:
        opened = max(opened, today - STILL_OPEN_FOR * DAY)
    opened = calendar.roll_forward(opened)
    amount = quantize(sale.total * share / 100, sale.currency)
    credit = {DisputeOutcome.UPHELD: amount, DisputeOutcome.PARTLY: quantize(amount / 2, sale.currency)}.get(outcome, NOTHING)
    return replace(sale, objection=Objection(code, opened, calendar.add(opened, length), outcome, amount, credit))


def _receipts(sale: Sale, age: int, random: Random, calendar: Calendar) -> Iterator[tuple[datetime.date, Decimal]]:
    """What comes in for the sale, and when; what is contested is paid after the answer, less the credit."""
    late = days_late(sale.persona.habit, age, random)
    first, left = sale.due_on + late * DAY, sale.total
    if sale.objection:
        first = max(first, sale.objection.resolved_on + 4 * DAY)
        left -= sale.objection.credit
    first = calendar.roll_forward(max(first, sale.issued_on + 2 * DAY))
    if late == NOT_YET:
        yield first, left
        return
    if pays_in_parts(sale.persona.habit, age, random):
        part = quantize(left * random.choice((30, 40, 50)) / 100, sale.currency)
        yield first, part
        first, left = calendar.roll_forward(first + random.randint(21, 40) * DAY), left - part
    yield first, left
