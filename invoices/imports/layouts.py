"""The plain layouts: which fields a file of customers, invoices or payments has, and which column holds which."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem
from invoices.imports.reading import Column
from invoices.imports.tabular import name_key

CUSTOMERS, INVOICES, PAYMENTS = "customers", "invoices", "payments"
KINDS = (CUSTOMERS, INVOICES, PAYMENTS)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layout: what kind of value it holds and the headings it is found under in other people's files."""

    name: str
    kind: str
    headings: tuple[str, ...] = ()


_REFERENCE = (
    "customer number", "customer no", "customer id", "customerid", "customer code", "client id", "client number",
    "account number", "account no", "cust_number", "debtor number", "kundennummer", "kunden-nr", "kundennr", "kunden nr.",
    "debitorennummer", "debitor", "código de cliente", "codigo cliente", "número de cliente", "id cliente", "cliente id",
)  # fmt: skip
_NAME = (
    "customer", "customer name", "name_customer", "client", "client name", "company", "company name", "organization",
    "contact name", "kunde", "kundenname", "firma", "name", "cliente", "nombre", "nombre del cliente", "razón social", "empresa",
)  # fmt: skip
_NUMBER = (
    "invoice number", "invoice no", "invoice no.", "invoice #", "invoice", "invoice id", "invoicenumber", "document number",
    "rechnungsnummer", "rechnungs-nr", "rechnungsnr", "rechnung nr.", "belegnummer", "rechnung", "número de factura",
    "nº factura", "factura", "num factura", "numero factura",
)  # fmt: skip
_CURRENCY = ("currency", "currency code", "invoice_currency", "ccy", "währung", "waehrung", "moneda", "divisa")

LAYOUTS: Mapping[str, tuple[Field, ...]] = {
    CUSTOMERS: (
        Field("reference", "id", _REFERENCE + ("reference", "id", "id number", "referencia", "nummer", "no", "nr")),
        Field("name", "text", ("display name", *_NAME)),
        Field("legal_name", "text", ("legal name", "registered name", "firmierung", "denominación social")),
        Field("contact_name", "text", ("contact", "contact person", "attention", "ansprechpartner", "kontakt", "contacto")),
        Field("contact_role", "text", ("role", "position", "job title", "funktion", "rolle", "cargo")),
        Field("email", "text", ("email address", "e-mail", "e-mail address", "mail", "emailid", "correo", "correo electrónico")),
        Field("phone", "text", ("telephone", "phone number", "tel", "telefon", "telefonnummer", "teléfono", "telefono")),
        Field("fax", "text", ("fax number", "faxnummer", "telefax")),
        Field("address", "text", ("street", "address line 1", "billing address", "billing street", "anschrift", "adresse",
                                  "straße", "strasse", "dirección", "direccion", "calle")),
        Field("city", "text", ("town", "billing city", "ort", "stadt", "ciudad", "población", "localidad")),
        Field("postal_code", "text", ("postal code", "postcode", "zip", "zip code", "plz", "postleitzahl", "código postal")),
        Field("region", "text", ("state", "province", "province/state", "county", "bundesland", "provincia")),
        Field("country", "country", ("country code", "land", "país", "pais")),
        Field("language", "language", ("locale", "sprache", "idioma")),
        Field("time_zone", "time_zone", ("time zone", "timezone", "zeitzone", "zona horaria")),
        Field("tax_id", "text", ("tax number", "vat number", "vat id", "ust-idnr.", "ust-id", "nif", "cif")),
        Field("terms_days", "days", ("terms", "payment terms", "net days", "zahlungsziel", "zahlungsziel (tage)",
                                     "plazo de pago", "días de pago")),
        Field("credit_limit", "amount", ("credit limit", "kreditlimit", "límite de crédito", "limite de credito")),
    ),
    INVOICES: (
        Field("customer_reference", "id", _REFERENCE),
        Field("customer_name", "text", _NAME),
        Field("number", "id", _NUMBER),
        Field("issued_on", "date", ("invoice date", "invoicedate", "date", "issue date", "issued", "date issued", "document date",
                                    "rechnungsdatum", "datum", "belegdatum", "fecha", "fecha de factura", "fecha de emisión")),
        Field("due_on", "date", ("due date", "duedate", "due", "due_in_date", "payment due", "fällig am", "fälligkeit",
                                 "fälligkeitsdatum", "vencimiento", "fecha de vencimiento")),
        Field("currency", "currency", _CURRENCY),
        Field("total", "amount", ("amount", "invoice amount", "invoiceamount", "invoice total", "gross", "gross amount",
                                  "total amount", "total_open_amount", "betrag", "rechnungsbetrag", "bruttobetrag", "brutto",
                                  "summe", "importe", "importe total", "monto")),
        Field("purchase_order", "text", ("purchase order", "po", "po number", "po no", "bestellnummer", "bestellung", "pedido",
                                         "orden de compra")),
        Field("delivered_on", "date", ("delivery date", "delivered", "lieferdatum", "fecha de entrega")),
        Field("disputed", "flag", ("in dispute", "dispute", "strittig", "reklamiert", "en disputa")),
        Field("settled_on", "date", ("settled date", "settleddate", "paid on", "payment date", "date paid", "paid date",
                                     "clear_date", "bezahlt am", "zahlungsdatum", "fecha de pago", "pagado el")),
        Field("paid", "amount", ("amount paid", "paid amount", "bezahlt", "pagado", "importe pagado")),
    ),
    PAYMENTS: (
        Field("customer_reference", "id", _REFERENCE),
        Field("customer_name", "text", _NAME),
        Field("received_on", "date", ("date", "payment date", "received", "received on", "paid on", "zahlungsdatum", "datum",
                                      "eingang am", "fecha", "fecha de pago", "fecha de cobro")),
        Field("amount", "amount", ("payment amount", "amount paid", "paid", "total", "betrag", "zahlbetrag", "importe", "monto")),
        Field("currency", "currency", _CURRENCY),
        Field("method", "text", ("payment method", "payment type", "mode", "payment mode", "zahlungsart", "forma de pago")),
        Field("reference", "text", ("payment reference", "transaction reference", "check number", "memo", "note",
                                    "verwendungszweck", "referenz", "referencia", "concepto")),
        Field("invoice_number", "id", _NUMBER),
    ),
}  # fmt: skip

_SHOWN = 30
# Each inner tuple: one of these must have a column.
REQUIRED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    CUSTOMERS: (("reference", "name"), ("name", "reference")),
    INVOICES: (("customer_reference", "customer_name"), ("number",), ("issued_on",), ("total",)),
    PAYMENTS: (("customer_reference", "customer_name", "invoice_number"), ("received_on",), ("amount",)),
}


def known_headings(kind: str) -> set[str]:
    """Every heading that a column of this kind of file may have; marks the header line of an unknown file."""
    return {heading for field in LAYOUTS[kind] for heading in (field.name, *field.headings)}


def parse_map(text: str, kind: str) -> dict[str, str]:
    """{field: column} from "field=Column,field=Column"; a column with a comma in its name stands in double quotes."""
    names = [field.name for field in LAYOUTS[kind]]
    mapping: dict[str, str] = {}
    for item in next(csv.reader([text], skipinitialspace=True), []):
        name, equals, column = (part.strip() for part in item.partition("="))
        if not equals or not column:
            raise ImportProblem(_('--map: "%(item)s" is not field=Column') % {"item": item})
        if name not in names:
            known = {"name": name, "names": ", ".join(names)}
            raise ImportProblem(_('--map: there is no field "%(name)s"; the fields are %(names)s') % known)
        if name in mapping:
            raise ImportProblem(_('--map: field "%(name)s" is given twice') % {"name": name})
        mapping[name] = column
    return mapping


def plain_columns(kind: str, header: Sequence[str], mapping: Mapping[str, str]) -> list[Column]:
    """The columns to read: those of `mapping` ("" for a field the file does not have), and for other fields those headed
    by the field's own name.

    Raises ImportProblem for a column that is not there, and for a field that must have one and has none.
    """
    positions = {name_key(title): index for index, title in reversed(list(enumerate(header)))}
    columns = []
    for field in LAYOUTS[kind]:
        title = mapping.get(field.name, field.name)
        if not title:
            continue
        index = header.index(title) if title in header else positions.get(name_key(title))
        if index is not None:
            columns.append(Column(field.name, field.kind, index, header[index]))
        elif field.name in mapping:
            text = _('there is no column "%(column)s"; the columns are: %(header)s')
            raise ImportProblem(text % {"column": title, "header": list_columns(header)})
    _require(kind, {column.key for column in columns}, header)
    return columns


def _require(kind: str, found: set[str], header: Sequence[str]) -> None:
    missing = [" / ".join(names) for names in REQUIRED[kind] if not found & set(names)]
    if not missing:
        return
    guess = ",".join(f"{name}={title}" for name, title in guess_map(kind, header).items())
    text = _("no column for %(missing)s; the columns are: %(header)s")
    values = {"missing": ", ".join(dict.fromkeys(missing)), "header": list_columns(header)}
    raise ImportProblem(text % values, option="map", hint=guess)


def list_columns(header: Sequence[str]) -> str:
    """The names for a message: as many as a person will read."""
    shown = ", ".join(header[:_SHOWN])
    more = len(header) - _SHOWN
    return _("%(shown)s and %(more)d more") % {"shown": shown, "more": more} if more > 0 else shown


def guess_map(kind: str, header: Sequence[str]) -> dict[str, str]:
    """A guess of {field: column} for a person to confirm: earlier headings of a field are the better ones."""
    free = {_loose(title): title for title in reversed(header)}
    guess = {}
    for field in LAYOUTS[kind]:
        found = next((heading for heading in (field.name, *field.headings) if _loose(heading) in free), None)
        if found is not None:
            guess[field.name] = free.pop(_loose(found))
    return guess


def _loose(heading: str) -> str:
    return name_key(heading).replace("_", " ").replace("-", " ").replace(".", "")
