"""The names under which banks put their columns, in six languages, and the columns a table's header unmistakably has."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

from invoices.imports.amounts import CURRENCY_CODES, SIGNS, parse_amount
from invoices.imports.dates import DMY, MDY, parse_date
from invoices.imports.problems import CellProblem
from invoices.imports.workbooks import Cell

DATE, AMOUNT, TEXT, CURRENCY, MARK = "date", "amount", "text", "currency", "mark"
KINDS: Mapping[str, str] = {
    "booked_on": DATE, "valued_on": DATE, "amount": AMOUNT, "debit": AMOUNT, "credit": AMOUNT, "mark": MARK,
    "balance": AMOUNT, "charges": AMOUNT, "currency": CURRENCY, "payer": TEXT, "payee": TEXT, "payer_account": TEXT,
    "reference": TEXT, "text": TEXT, "bank_reference": TEXT, "account": TEXT, "state": TEXT,
}  # fmt: skip
# Marks of money out and money in, as whole cells without case and points.
OUT_MARKS = frozenset({"d", "s", "debit", "soll", "dbit", "dr", "af", "debet", "débit", "dare", "cargo", "debe", "out", "-",
                       "belastung", "withdrawal", "addebito", "uscita", "rc", "ausgabe", "payment out"})  # fmt: skip
IN_MARKS = frozenset({"c", "h", "k", "credit", "haben", "crdt", "cr", "bij", "crédit", "avere", "abono", "haber", "in", "+",
                      "gutschrift", "deposit", "accredito", "entrata", "rd", "einnahme", "payment in"})  # fmt: skip

# Better names of a field come first. A name may stand under several fields: what the cells hold decides.
HEADINGS: Mapping[str, str] = {
    "booked_on": """booked on|booking date|buchungsdatum|buchungstag|date de comptabilisation|date opération|date operation
        |date d opération|date comptable|fecha contable|fecha operación|fecha operacion|fecha de operación|fecha de la operación
        |f operación|f contable|data contabile|data registrazione|data operazione|boekdatum|boekingsdatum|transactiedatum
        |posting date|posted date|post date|booked at|transaction date|completed date|date completed|entry date|dateop|buchung
        |abschlussdatum|datum|date|fecha|data|created|created utc|transaktionsdatum|zahlungsdatum|processed date|date posted""",
    "valued_on": """value date|valuta date|valuta|valutadatum|wertstellung|wertstellungsdatum|wertstellungstag|wert|value
        |date valeur|date de valeur|dateval|valeur|fecha valor|f valor|data valuta|rentedatum|interest date|valued on""",
    "amount": """amount|betrag|umsatz|betrag eur|umsatz in|montant|importe|importo|bedrag|value|transaction amount|net|netto
        |net amount|amount net|credit debit amount|debit credit amount|importe eur|bewegung|buchungsbetrag|transaktionsbetrag
        |montant de l opération|cantidad|monto|paid in out|zahlbetrag|movimento|einzahlung auszahlung""",
    "debit": """debit|debit amount|soll|belastung|belastungen|lastschrift|withdrawal|withdrawals|withdrawal amount|withdrawal amt
        |money out|paid out|payments out|débit|débits|cargo|cargos|debe|dare|addebito|addebiti|uscite|uscita|af|debet
        |belastungsbetrag|ausgang|ausgaben|out|debits|gastos|total debits|amount debit|debit amt""",
    "credit": """credit|credit amount|haben|gutschrift|gutschriften|deposit|deposits|deposit amount|deposit amt|money in|paid in
        |payments in|crédit|crédits|abono|abonos|haber|ingresos|avere|accredito|accrediti|entrate|entrata|bij|kredit
        |gutschriftsbetrag|eingang|einnahmen|in|credits|total credits|amount credit|credit amt""",
    "mark": """d c|dc|s h|c d|cd|debit credit|credit debit|credit debit indicator|dr cr|cr dr|soll haben|soll haben kennzeichen
        |s h kennzeichen|sh|af bij|debet credit|sens|débit crédit|segno|dare avere|signo|cargo abono|direction|d k|type|details
        |debit or credit|umsatz soll haben|transaction type|saldo mutatie""",
    "balance": """balance|running balance|runningbalance|running bal|saldo|kontostand|solde|saldo na mutatie|saldo na trn
        |saldo nach buchung|balance after|account balance|accountbalance|closing balance|available balance|saldo contabile
        |saldo disponible|saldo danach|solde après opération|balance amount|new balance|resulting balance""",
    "charges": "fee|fees|total fees|gebühr|gebühren|fremde gebühren|frais|comisión|comisiones|commissioni|kosten|charges",
    "currency": """currency|currency code|ccy|währung|waehrung|whg|devise|moneda|divisa|valuta|munt|devies|muntsoort|monnaie
        |kontowährung|iso""",
    "payer": """payer|partner name|payer name|counterparty name|counter party name|name|counterparty|counter party
        |auftraggeber empfänger|empfänger auftraggeber|auftraggeber|begünstigter zahlungspflichtiger
        |beguenstigter zahlungspflichtiger|begünstigter auftraggeber|auftraggeber begünstigter|name zahlungsbeteiligter
        |zahlungspflichtige r|zahlungspflichtiger|auftraggeber zahlungsempfänger|zahlungsempfänger auftraggeber|gegenpartei
        |partnername|partner|payee|payee payer|payer payee|merchant|contrepartie|nom|nom contrepartie|tiers|émetteur|ordenante
        |ordenante beneficiario|beneficiario ordenante|nombre|ordinante|controparte|ordinante beneficiario|nominativo
        |naam tegenpartij|naam omschrijving|naam tegenpartij bevat|tegenpartij|naam|from|sender|remitter|customer name
        |auftraggeber name|absender|received from|ultimate debtor name|customer""",
    "payee": """zahlungsempfänger in|zahlungsempfänger|payee name|beneficiary|beneficiary name|empfänger|beneficiario|recipient
        |bénéficiaire|empfänger zahlungspflichtiger|beneficiario nombre|target name""",
    "payer_account": """payer account|partner iban|partner account|partner account number|counterparty account
        |counterparty account number|counterparty iban|counter party account|bank account|iban auftraggeber
        |iban zahlungsbeteiligter|iban kontonummer|kontonummer iban|konto iban|gegenkonto|iban gegenkonto
        |tegenrekening|tegenrekening iban bban|tegenrekeningnummer|rekening tegenpartij|rekening tegenpartij iban
        |compte contrepartie|cuenta ordenante|conto controparte|iban controparte|payee account number
        |from account|sender account|auftraggeber konto|iban|kontonummer|konto|konto nr|account number|account|iban bban""",
    "reference": """reference|payment reference|customer reference|structured reference|kundenreferenz|kundenreferenz end to end
        |end to end referenz|ende zu ende referenz|end to end id|end to end reference|endtoendid|referenznummer|zahlungsreferenz
        |referenz|referencia|référence|riferimento|kenmerk|betalingskenmerk|gestructureerde mededeling|referencia 1
        |qr referenz|esr referenz|mitteilung referenz|reference number|your reference|auftraggeberreferenz""",
    "text": """text|description|transaction description|label|memo|narrative|particulars|notes|notes and tags|payment details
        |remittance information|remittance info|verwendungszweck|zahlungszweck|buchungstext|vorgang verwendungszweck|mitteilung
        |avisierungstext|notification text|beschreibung|buchungsdetails|buchungsinformation|libellé|libelle|libellé simplifié
        |libelle simplifie|libellé opération|libelle operation|informations complémentaires|informations complementaires|motif
        |concepto|descripción|descripcion|movimiento|más datos|observaciones|causale|descrizione|descrizione operazione
        |descrizione estesa|omschrijving|mededeling|mededelingen|vrije mededeling|extra information|details|note|message
        |transaction details|original description|extended details|umsatztext|additional information|info|remarks
        |auftragsdetails|zahlungsgrund|comment|transaction memo|omschrijving 1|subject""",
    "bank_reference": """transaction id|id|fitid|transferwise id|transaktions nr|transaktionsnummer|bankreferenz|zkb referenz
        |bank reference|volgnr|transactienummer|transactiereferentie|transaction reference|entry reference|unique id
        |transaction number|buchungsreferenz|auszug nummer|transaction hash""",
    "account": """own account|auftragskonto|iban auftragskonto|iban kontoinhaber|bezeichnung auftragskonto|konto auftraggeber
        |rekening|rekeningnummer|numéro de compte|compte|accountnum|cuenta|conto|eigene iban
        |iban|kontonummer|konto|konto nr|account number|account|iban bban""",
    "state": "status|state|zustand|statut|estado|stato|transaction status",
}  # fmt: skip
_NUMBERED = re.compile(r"(?P<stem>vwz|verwendungszweck|beschreibung|description|omschrijving|memo|text|line|referencia"
                       r"|concepto|zahlungszweck|particulars|details|mededeling) ?\d{1,2}")  # fmt: skip
_CURRENCY_WORD = re.compile(r"\((?P<code>[^()]{1,3})\)|\b(in |en |in the )?(?P<bare>[A-Z]{3}|€|£|\$)$|\beuros?$", re.IGNORECASE)
_EITHER_ACCOUNT = frozenset({"iban", "kontonummer", "konto", "konto nr", "account number", "account", "iban bban"})
_POINTS = re.compile(r"[^\w+&]+|_")


def heading_key(name: str) -> str:
    """A heading without case, punctuation and the currency beside it: "Credit in CHF" and "Credit (CHF)" are "credit"."""
    return " ".join(_POINTS.sub(" ", _without_currency(name)).split()).casefold()


def heading_currency(name: str) -> str:
    """The currency a heading names: "CHF" of "Belastung CHF", "EUR" of "Amount (EUR)" and "Betrag (€)"; else ""."""
    match = _CURRENCY_WORD.search(name.strip())
    if not match:
        return ""
    word = (match["code"] or match["bare"] or "EUR").strip().upper()
    fitting = SIGNS.get(word, frozenset())
    if word in CURRENCY_CODES:
        return word
    return "GBP" if word == "£" else next(iter(fitting)) if len(fitting) == 1 else ""


def _without_currency(name: str) -> str:
    name = name.strip()
    return _CURRENCY_WORD.sub(" ", name) if heading_currency(name) else name


def names_of(field: str) -> list[str]:
    """The headings of a field as `heading_key` writes them, better ones first."""
    return [" ".join(name.split()) for name in HEADINGS[field].split("|")]


def all_names() -> set[str]:
    """Every heading that a bank's column may have: they mark the header line."""
    return {name for field in HEADINGS for name in names_of(field)}


def guess_columns(header: Sequence[str], sample: Sequence[Sequence[Cell]]) -> dict[str, list[int]]:
    """{field: positions of its columns} for what the headings and the cells under them say; texts may have several."""
    keys = [heading_key(title) for title in header]
    found: dict[str, list[int]] = {}
    taken: set[int] = set()
    for field in _ORDER:
        positions = _positions(field, keys, sample, taken)
        chosen = positions if field == "text" else positions[:1]
        if chosen:
            found[field] = chosen
            taken.update(chosen)
    _add_unnamed_marks(found, sample)
    return _settled(found, keys)


def _add_unnamed_marks(found: dict[str, list[int]], sample: Sequence[Sequence[Cell]]) -> None:
    """Some banks give the column of marks beside the amounts no name at all: without it money out would be money in."""
    taken = {index for columns in found.values() for index in columns}
    beside = [index + step for index in found.get("amount", []) for step in (1, -1)]
    for index in beside:
        if "mark" not in found and index >= 0 and index not in taken and all(index < len(row) for row in sample):
            if _fits(MARK, [row[index] for row in sample]):
                found["mark"] = [index]


# Fields whose names others share come after these.
_ORDER = ("debit", "credit", "mark", "charges", "amount", "balance", "booked_on", "valued_on", "currency", "payer_account",
          "account", "payer", "payee", "state", "reference", "bank_reference", "text")  # fmt: skip


def _positions(field: str, keys: list[str], sample: Sequence[Sequence[Cell]], taken: set[int]) -> list[int]:
    names = names_of(field)
    ranked = [
        (names.index(_stem(key)), index)
        for index, key in enumerate(keys)
        if index not in taken and _stem(key) in names and _fits(KINDS[field], [row[index] for row in sample])
    ]
    return [index for _rank, index in (sorted(ranked, key=itemgetter(1)) if field == "text" else sorted(ranked))]


def _stem(key: str) -> str:
    """A heading of a text that goes on in more columns, without its number."""
    numbered = _NUMBERED.fullmatch(key)
    return "text" if numbered else key


def _settled(found: dict[str, list[int]], keys: list[str]) -> dict[str, list[int]]:
    """What is left over put right: one of debit and credit alone, and whose account a bare "IBAN" or "Account" is."""
    if ("debit" in found) != ("credit" in found) and "amount" in found:
        found = {field: columns for field, columns in found.items() if field not in ("debit", "credit")}
    if "booked_on" not in found and "valued_on" in found:
        found["booked_on"] = found.pop("valued_on")
    booked = found.get("booked_on", [0])[0]
    account = found.get("payer_account", [-1])[0]
    if (
        account >= 0
        and keys[account] in _EITHER_ACCOUNT
        and "account" not in found
        and (account < booked or "payer" not in found)
    ):
        found["account"] = found.pop("payer_account")
    own = found.get("account", [-1])[0]
    if own > booked and keys[own] in _EITHER_ACCOUNT and "payer" in found:
        del found["account"]
    return found


def is_clear(found: Mapping[str, object]) -> bool:
    """Whether these columns make a statement: a date, and an amount or money out beside money in."""
    return "booked_on" in found and ("amount" in found or ("debit" in found and "credit" in found))


def _fits(kind: str, cells: Iterable[Cell]) -> bool:
    """Whether at least half of the filled cells of a column are of that kind; marks all, and at least one."""
    filled = [cell for cell in cells if not isinstance(cell, str) or cell.strip()]
    if kind == MARK:
        return bool(filled) and all(map(mark_of, filled))
    return kind == TEXT or sum(map(_PROBES[kind], filled)) * 2 >= len(filled)


def mark_of(cell: Cell) -> int:
    """-1 for a mark of money out ("D", "Soll"), 1 for money in, 0 for anything else."""
    word = str(cell).strip().rstrip(".").casefold()
    return -1 if word in OUT_MARKS else 1 if word in IN_MARKS else 0


def is_booking(cells: Sequence[Cell]) -> bool:
    """Whether a first line is a booking and no header: one cell is a date, another one an amount."""
    dates = [_is_date(cell) for cell in cells]
    return any(dates) and any(_is_amount(cell) for cell, is_date in zip(cells, dates, strict=True) if not is_date)


def _is_date(cell: Cell) -> bool:
    return any(_reads(parse_date, cell, order) for order in (DMY, MDY))


def _is_amount(cell: Cell) -> bool:
    return any(_reads(parse_amount, cell, mark) for mark in ",.")


def _is_currency(cell: Cell) -> bool:
    return isinstance(cell, str) and (cell.strip().upper() in CURRENCY_CODES or cell.strip().upper() in SIGNS)


def _reads(read: Callable[[Cell, str], object], cell: Cell, how: str) -> bool:
    try:
        return read(cell, how) is not None
    except CellProblem:
        return False


_PROBES: Mapping[str, Callable[[Cell], bool]] = {DATE: _is_date, AMOUNT: _is_amount, CURRENCY: _is_currency}
