"""Who pays in the bench: names as on a register, accounts, what was agreed with them, what earlier statements taught us."""

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from invoices.matching_names import plain_account
from invoices.open_ledger import Ledger, OpenCredit

SURNAMES = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler "
    "Herrmann König Walter Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Keller Günther Frank Berger "
    "Winkler Roth Beck Lorenz Baumann Franke Böhm Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright "
    "Walker White Edwards Hughes Green Hall Lewis Clarke Garcia Martin Bernard Dubois Thomas Robert Petit Durand Leroy "
    "Moreau Rossi Russo Ferrari Esposito Bianchi Jansen Visser Bakker Peeters "
).split()
TRADES = (
    "Bau Maschinenbau Elektrotechnik Logistik Metallbau Möbelhaus Gartenbau Druckerei Catering Software Haustechnik "
    "Transporte Dachbau Werkzeuge Anlagenbau Textil Optik Dental Immobilien Fahrzeugtechnik Tools Plumbing Roofing "
    "Consulting Foods Interiors Motors Packaging Design Supplies "
).split()
FORMS = (
    "GmbH",
    "GmbH",
    "GmbH & Co. KG",
    "AG",
    "e.K.",
    "KG",
    "Ltd",
    "Ltd.",
    "Inc.",
    "LLC",
    "SARL",
    "S.r.l.",
    "B.V.",
    "UG (haftungsbeschränkt)",
)
# Of all customers: their account has paid before; they have a discount for paying early; a credit note waits.
KNOWN_ACCOUNT, WITH_DISCOUNT, WITH_CREDIT = 0.6, 0.10, 0.06
# Customers of the made-up ledger who owe the same sum every month.
RETAINERS = 0.08
# Of accounts that paid before, so many paid for two customers: agencies, groups of companies.
SHARED_ACCOUNT = 0.01


@dataclass(frozen=True, slots=True)
class Persona:
    """How a customer appears on a statement."""

    customer_id: int
    name: str
    account: str


def remade(ledger: Ledger, chance: random.Random, *, short: bool) -> Ledger:
    """The made-up ledger with the names of firms, some alike by chance, as they are; some owe the same sum every month.

    `short`: numbered as small businesses do, "1001" and on, customers by numbers that look the same.
    """
    made = Ledger(rules=ledger.rules, promises=ledger.promises)
    named = {pk: f"{chance.choice(SURNAMES)} {chance.choice(TRADES)} {chance.choice(FORMS)}" for pk in ledger.customers}
    references = {pk: f"{10_000 + place}" for place, pk in enumerate(ledger.customers)} if short else {}
    rows = ledger.customers.values()
    made.add_customers(replace(row, name=named[row.id], reference=references.get(row.id, row.reference)) for row in rows)
    retainers = {pk: Decimal(chance.randint(2, 40) * 25) for pk in ledger.customers if chance.random() < RETAINERS}
    for place, row in enumerate(ledger.invoices.values()):
        amount = row.balance if row.disputed else retainers.get(row.customer_id, row.balance)
        made.add_invoices([replace(row, balance=amount, number=f"{1001 + place}" if short else row.number)])
    return made


def furnish(ledger: Ledger, chance: random.Random) -> dict[int, Persona]:
    """Terms, credit notes and known accounts for a share of the customers; the persona of each customer."""
    personas = {}
    for row in list(ledger.customers.values()):
        name = row.legal_name or row.name
        personas[row.id] = Persona(row.id, name, iban(chance))
        if chance.random() < WITH_DISCOUNT:
            ledger.customers[row.id] = replace(row, discount_pct=chance.choice([Decimal(2), Decimal(3)]), discount_days=14)
    others = list(personas.values())
    for persona in others:
        if chance.random() < KNOWN_ACCOUNT:
            payers = ledger.known.setdefault(("account", plain_account(persona.account)), {})
            payers[persona.customer_id] = chance.randint(1, 9)
            if chance.random() < SHARED_ACCOUNT:
                payers[chance.choice(others).customer_id] = 1
    _credit(ledger, chance)
    return personas


def iban(chance: random.Random) -> str:
    return f"DE{chance.randint(10, 99)}{chance.randint(10**17, 10**18 - 1)}"


def _credit(ledger: Ledger, chance: random.Random) -> None:
    """Credit notes of a tenth or so of an open invoice."""
    notes, taken = [], max(ledger.credits, default=0)
    for (customer_id, currency), rows in sorted(ledger.of_customer.items()):
        row = min(rows.values(), key=lambda row: row.id, default=None)
        if row is None or row.balance < 50 or chance.random() > WITH_CREDIT:
            continue
        taken += 1
        amount = (row.balance * chance.randint(5, 25) / 100).quantize(Decimal("0.01"))
        notes.append(OpenCredit(taken, customer_id, f"CN-{40000 + taken}", currency, amount))
    ledger.add_credits(notes)
