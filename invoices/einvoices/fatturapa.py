"""FatturaPA, the invoices of Italy (1.1 and 1.2): one file may hold several invoices of one seller to one buyer."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.einvoices.content import Content, Enclosure, Instalment, Line, Party, TaxPart, of_the_whole
from invoices.einvoices.kinds import means_of
from invoices.einvoices.ubl import decoded
from invoices.einvoices.xmlfile import Element, amount, country, day, every, figure, first, missing, problem, rate, text, texts

SCHEMA = "fatturapa"
ROOT = "FatturaElettronica"
# "S": the buyer, a public body, pays the VAT to the tax office itself (scissione dei pagamenti).
SPLIT_PAYMENT = "S"
LONGEST_TERMS = 3660


def read(root: Element) -> Iterator[Content]:
    """Every invoice in the file, in turn. ImportProblem, with the line, where one cannot be read."""
    head = first(root, "FatturaElettronicaHeader")
    if head is None:
        raise missing(root, "FatturaElettronicaHeader")
    seller, buyer = _party(head, "CedentePrestatore"), _party(head, "CessionarioCommittente")
    bodies = list(every(root, "FatturaElettronicaBody"))
    if not bodies:
        raise missing(root, "FatturaElettronicaBody")
    for body in bodies:
        yield _invoice(body, seller, buyer)


def _invoice(body: Element, seller: Party, buyer: Party) -> Content:
    head, goods = first(body, "DatiGenerali/DatiGeneraliDocumento"), first(body, "DatiBeniServizi")
    if head is None:
        raise missing(body, "DatiGeneraliDocumento")
    issued_on = day(head, "Data")
    if issued_on is None:
        raise missing(head, "Data")
    taxes = tuple(_tax_part(node) for node in every(goods, "DatiRiepilogo"))
    corrected = (text(node, "IdDocumento") for node in every(body, "DatiGenerali/DatiFattureCollegate"))
    return Content(
        schema=SCHEMA,
        number=text(head, "Numero"),
        type_code=text(head, "TipoDocumento", 10),
        currency=text(head, "Divisa"),
        issued_on=issued_on,
        seller=seller,
        buyer=buyer,
        **_sums(head, taxes),
        payable=_payable(body),
        withheld=_withheld(head, goods),
        dues=tuple(_dues(body, issued_on)),
        delivered_on=day(body, "DatiGenerali/DatiTrasporto/DataOraConsegna"),
        account=text(body, "DatiPagamento/DettaglioPagamento/IBAN", 64),
        means=means_of(text(node, "ModalitaPagamento", 10) for node in every(body, "DatiPagamento/DettaglioPagamento")),
        order_reference=text(body, "DatiGenerali/DatiOrdineAcquisto/IdDocumento", 100),
        corrects=tuple(filter(None, corrected)),
        note=texts(head, "Causale"),
        lines=tuple(_line(node) for node in every(goods, "DettaglioLinee")),
        beside=tuple(_beside(head, goods)),
        taxes=taxes,
        enclosures=tuple(_enclosure(node) for node in every(body, "Allegati")),
    )


def _sums(head: Element, taxes: tuple[TaxPart, ...]) -> dict[str, Decimal | None]:
    """The total need not be stated: then it is the sum of what is stated by rate."""
    total = amount(head, "ImportoTotaleDocumento")
    if not taxes:
        if total is None:
            raise missing(head, "ImportoTotaleDocumento")
        return {"total": total, "net": None, "tax": None}
    net, tax = sum((part.base for part in taxes), Decimal(0)), sum((part.tax for part in taxes), Decimal(0))
    return {"total": net + tax if total is None else total, "net": net, "tax": tax}


def _party(head: Element, name: str) -> Party:
    node = first(head, name)
    if node is None:
        raise missing(head, name)
    facts, place = first(node, "DatiAnagrafici"), first(node, "Sede")
    person = f"{text(facts, 'Anagrafica/Nome')} {text(facts, 'Anagrafica/Cognome')}".strip()
    own = text(facts, "IdFiscaleIVA/IdCodice", 40)
    issuer = text(facts, "IdFiscaleIVA/IdPaese", 2)
    fiscal_code = text(facts, "CodiceFiscale", 50)
    return Party(
        name=text(facts, "Anagrafica/Denominazione", 200) or person[:200],
        tax_id=f"{issuer}{own}" if own else fiscal_code,
        registration=fiscal_code if own else "",
        street=" ".join(filter(None, (text(place, "Indirizzo"), text(place, "NumeroCivico")))),
        city=text(place, "Comune", 100),
        postal_code=text(place, "CAP", 20),
        region=text(place, "Provincia", 50),
        country=country(place, "Nazione"),
        email=text(node, "Contatti/Email", 254),
        phone=text(node, "Contatti/Telefono", 40),
    )


def _payable(body: Element) -> Decimal | None:
    """The sum of the parts to be paid, where the file states any."""
    parts = [amount(node, "ImportoPagamento") for node in every(body, "DatiPagamento/DettaglioPagamento")]
    stated = [part for part in parts if part is not None]
    return sum(stated, Decimal(0)) if stated else None


def _withheld(head: Element, goods: Element | None) -> Decimal:
    """Withholding tax, and the VAT under split payment: the buyer pays both to the tax office."""
    held = [amount(node, "ImportoRitenuta") or Decimal(0) for node in every(head, "DatiRitenuta")]
    split = [
        amount(node, "Imposta") or Decimal(0)
        for node in every(goods, "DatiRiepilogo")
        if text(node, "EsigibilitaIVA") == SPLIT_PAYMENT
    ]
    return sum(held + split, Decimal(0))


def _dues(body: Element, issued_on: date) -> Iterator[Instalment]:
    """Each part with its date; where only days are given they count from the date the file names, else from the issue."""
    for node in every(body, "DatiPagamento/DettaglioPagamento"):
        due_on, days = day(node, "DataScadenzaPagamento"), amount(node, "GiorniTerminiPagamento")
        if due_on is None and days is not None:
            if not 0 <= days <= LONGEST_TERMS:
                raise problem(node, _("%(days)s days are no terms of payment") % {"days": days})
            due_on = (day(node, "DataRiferimentoTerminiPagamento") or issued_on) + timedelta(days=int(days))
        if due_on:
            yield Instalment(due_on=due_on, amount=amount(node, "ImportoPagamento"))


def _line(node: Element) -> Line:
    return Line(
        description=text(node, "Descrizione", 500),
        quantity=figure(node, "Quantita", "1"),
        unit_price=figure(node, "PrezzoUnitario"),
        net=amount(node, "PrezzoTotale") or Decimal(0),
        tax_rate=rate(node, "AliquotaIVA"),
    )


def _beside(head: Element, goods: Element | None) -> Iterator[Line]:
    """What belongs to the taxable sum and is no line: contributions to a pension fund, expenses, rounding."""
    for node in every(head, "DatiCassaPrevidenziale"):
        words = f"Cassa previdenziale {text(node, 'TipoCassa')}".strip()
        yield of_the_whole(words, amount(node, "ImportoContributoCassa"), rate(node, "AliquotaIVA"), charge=True)
    for name, words in (("SpeseAccessorie", "Spese accessorie"), ("Arrotondamento", "Arrotondamento")):
        for node in every(goods, "DatiRiepilogo"):
            if part := amount(node, name):
                yield of_the_whole(words, part, rate(node, "AliquotaIVA"), charge=True)


def _tax_part(node: Element) -> TaxPart:
    return TaxPart(
        category=text(node, "Natura", 5),
        rate=rate(node, "AliquotaIVA"),
        base=amount(node, "ImponibileImporto") or Decimal(0),
        tax=amount(node, "Imposta") or Decimal(0),
    )


def _enclosure(node: Element) -> Enclosure:
    held, kind = first(node, "Attachment"), text(node, "FormatoAttachment").lower()
    name = text(node, "NomeAttachment", 200)
    if held is None:
        raise missing(node, "Attachment")
    content_type = "application/pdf" if kind == "pdf" or name.lower().endswith(".pdf") else ""
    return Enclosure(name=name, content_type=content_type, content=decoded(held))
