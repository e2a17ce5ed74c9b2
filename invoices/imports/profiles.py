"""Other programs' exports: which columns each has, how it is recognised, and how its lines become plain rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS, list_columns
from invoices.imports.problems import CellProblem, ImportProblem
from invoices.imports.reading import Column
from invoices.imports.tabular import name_key

Line = Mapping[str, Any]
# What a program calls an invoice that was never sent, or is none any more.
NOT_ISSUED = frozenset({
    "draft", "void", "voided", "deleted", "cancelled", "canceled", "reversed", "declined", "rejected", "quote", "submitted",
    "awaiting approval", "pending approval", "pendingapproval", "vendor", "supplier",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export of one program.

    `columns`: what kind of value each column holds, by its name without case. `recognised_by`: names that together are
    unmistakable. `key`: lines equal in these are one invoice, a line an item; `agree`: what must be the same in all of them.
    `convert`: the lines of one row of the plain layout -> its values. `status`: the column that may say NOT_ISSUED.
    """

    name: str
    kind: str
    columns: Mapping[str, str]
    recognised_by: frozenset[str]
    convert: Callable[[Sequence[Line]], dict[str, Any]]
    key: tuple[str, ...] = ()
    agree: tuple[str, ...] = ()
    status: str = ""

    @property
    def title(self) -> str:
        """The program's name as it writes it itself."""
        return TITLES[self.name]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is such an export."""
        return self.recognised_by <= {name_key(title) for title in header}

    def read_columns(self, header: Sequence[str]) -> list[Column]:
        """The columns of this profile that the file has."""
        positions = {name_key(title): index for index, title in reversed(list(enumerate(header)))}
        return [
            Column(name, kind, positions[name], header[positions[name]])
            for name, kind in self.columns.items()
            if name in positions
        ]


def find_profile(kind: str, header: Sequence[str], name: str = "") -> Profile | None:
    """The profile asked for by `name`, else the one that the header gives away, else None.

    Raises ImportProblem where there is no such profile or the file is not what it reads.
    """
    if not name:
        return next((profile for profile in PROFILES if profile.kind == kind and profile.fits(header)), None)
    named = [profile for profile in PROFILES if profile.kind == kind and profile.name == name]
    if not named:
        names = ", ".join(sorted(profile.name for profile in PROFILES if profile.kind == kind))
        text = _("There is no profile %(name)s for %(kind)s; there are: %(names)s.")
        raise ImportProblem(text % {"name": name, "kind": kind, "names": names})
    missing = named[0].recognised_by - {name_key(title) for title in header}
    if missing:
        values = {"name": name, "missing": ", ".join(sorted(missing)), "header": list_columns(header)}
        raise ImportProblem(_("This is no %(name)s export: it lacks %(missing)s; its columns are: %(header)s.") % values)
    return named[0]


def _invoiceninja_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """The amount stands on every line; items are only compared, because some exports repeat a line word for word."""
    first = lines[0]
    items = [tuple(line.get(name) for name in _NINJA_ITEM) for line in lines]
    repeated = len(items) > len(set(items))
    warning = _("an item stands there more than once, word for word: the amount of the invoice counts, not its items")
    return {
        "customer_name": first["client"],
        "number": first["invoice number"],
        "issued_on": first["invoice date"],
        "due_on": first["due date"],
        "total": first["amount"],
        "paid": first["paid"],
        "purchase_order": first.get("po number"),
        "warnings": (("total", warning),) if repeated else (),
    }


_NINJA_ITEM = ("item product", "item notes", "item cost", "item quantity")


def _invoiceninja_client(lines: Sequence[Line]) -> dict[str, Any]:
    client = lines[0]
    return {
        "reference": client.get("id number"),
        "name": client["name"],
        "contact_name": _joined(" ", client, "first name", "last name"),
        "email": client.get("email"),
        "phone": client.get("phone (2)") or client.get("phone"),
        "address": _joined("\n", client, "billing street", "billing apt/suite"),
        "city": client.get("billing city"),
        "region": client.get("billing state/province"),
        "postal_code": client.get("billing postal code"),
        "country": client.get("billing country"),
        "tax_id": client.get("vat number"),
    }


def _invoiceninja_payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_name": payment["client"],
        "invoice_number": payment["invoice number"],
        "amount": payment["amount"],
        "received_on": payment["date"],
        "reference": payment.get("transaction reference"),
        "method": payment.get("type"),
    }


def _zoho_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """Total and balance stand on every line; a balance of nothing with a payment date is a paid invoice."""
    first = lines[0]
    total, balance = first["total"], first["balance"]
    _refuse_blank(first, "total", "balance")
    settled = balance == 0 and first.get("last payment date")
    return {
        "customer_reference": first["customer id"],
        "customer_name": first["customer name"],
        "number": first["invoice number"],
        "issued_on": first["invoice date"],
        "due_on": first.get("due date"),
        "currency": first.get("currency code"),
        "total": total,
        "purchase_order": first.get("purchaseorder"),
        "settled_on": first["last payment date"] if settled else None,
        "paid": None if settled else total - balance,
        "paid_on": first.get("last payment date"),
    }


def _zoho_contact(lines: Sequence[Line]) -> dict[str, Any]:
    contact = lines[0]
    return {
        "reference": contact["customer id"],
        "name": contact["display name"],
        "legal_name": contact.get("company name"),
        "contact_name": _joined(" ", contact, "salutation", "first name", "last name"),
        "contact_role": contact.get("designation"),
        "email": contact.get("emailid"),
        "phone": contact.get("phone") or contact.get("mobilephone"),
        "fax": contact.get("billing fax"),
        "address": _joined("\n", contact, "billing attention", "billing address", "billing street2"),
        "city": contact.get("billing city"),
        "region": contact.get("billing state"),
        "postal_code": contact.get("billing code"),
        "country": contact.get("billing country"),
        "terms_days": contact.get("payment terms"),
        # Zoho writes 0.000 where no limit is set.
        "credit_limit": contact.get("credit limit") or None,
    }


def _freshbooks_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """No line has the invoice's total: it is the sum of the line totals. There is no due date in the file."""
    first = lines[0]
    for line in lines:
        _refuse_blank(line, "line total")
    status = first["invoice status"].casefold()
    total = sum((line["line total"] for line in lines), Decimal(0))
    settled_on = first.get("date paid")
    unknown = _("part of it is paid, the file does not say how much: import the payments as well")
    return {
        "customer_name": first["client name"],
        "number": first["invoice #"],
        "issued_on": first["date issued"],
        "currency": first.get("currency"),
        "total": total,
        "settled_on": settled_on,
        "paid": total if status in ("paid", "auto-paid", "autopaid") and not settled_on else None,
        "disputed": status == "disputed",
        "warnings": (("paid", unknown),) if status == "partial" else (),
    }


def _freshbooks_client(lines: Sequence[Line]) -> dict[str, Any]:
    client = lines[0]
    contact = _joined(" ", client, "first name", "last name")
    return {
        "reference": client["organization"] or contact,
        "contact_name": contact,
        "email": client.get("email"),
        "phone": client.get("phone"),
        "address": client.get("street"),
        "city": client.get("city"),
        "region": client.get("province/state"),
        "postal_code": client.get("postal code"),
        "country": client.get("country"),
    }


def _xero_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """The total where it is filled, else the sum of quantity x unit price less discount plus tax, each line rounded."""
    first = lines[0]
    total = first.get("total")
    if total is None:
        total = sum(map(_xero_line, lines), Decimal(0))
    credit = "credit" in (first.get("type") or "").casefold()
    return {
        "customer_name": first["contactname"],
        "number": first["invoicenumber"],
        "issued_on": first["invoicedate"],
        "due_on": first["duedate"],
        "currency": first.get("currency"),
        "total": -abs(total) if credit else total,
        "purchase_order": first.get("reference"),
        "paid": None if credit else first.get("invoiceamountpaid"),
    }


def _xero_line(line: Line) -> Decimal:
    _refuse_blank(line, "quantity", "unitamount")
    kept = 1 - (line.get("discount") or Decimal(0)) / 100
    net = (line["quantity"] * line["unitamount"] * kept).quantize(Decimal("0.01"))
    return net + (line.get("taxamount") or Decimal(0))


def _xero_contact(lines: Sequence[Line]) -> dict[str, Any]:
    contact = lines[0]
    return {
        "reference": contact["accountnumber"],
        "name": contact["contactname"],
        "contact_name": _joined(" ", contact, "firstname", "lastname"),
        "email": contact["emailaddress"],
        "phone": contact.get("phonenumber") or contact.get("mobilenumber"),
        "fax": contact.get("faxnumber"),
        "address": _joined("\n", contact, "poaddressline1", "poaddressline2", "poaddressline3", "poaddressline4"),
        "city": contact.get("pocity"),
        "region": contact.get("poregion"),
        "postal_code": contact.get("popostalcode"),
        "country": contact.get("pocountry"),
        "tax_id": contact.get("taxnumber"),
    }


def _joined(separator: str, line: Line, *names: str) -> str:
    return separator.join(line[name] for name in names if line.get(name))


def _refuse_blank(line: Line, *names: str) -> None:
    for name in names:
        if line[name] is None:
            raise CellProblem(_("is missing"), name)


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "text")


TITLES = {"invoiceninja": "Invoice Ninja", "zoho": "Zoho", "freshbooks": "FreshBooks", "xero": "Xero"}
PROFILES = (
    Profile(
        name="invoiceninja",
        kind=INVOICES,
        columns={
            **_texts("client", "po number", "status", *_NINJA_ITEM),
            "invoice number": "id", "invoice date": "date", "due date": "date", "amount": "amount", "paid": "amount",
        },
        recognised_by=frozenset({
            "client", "invoice number", "amount", "paid", "status", "invoice date", "due date", "item cost",
        }),
        convert=_invoiceninja_invoice,
        key=("client", "invoice number"),
        agree=("amount", "paid", "status", "invoice date", "due date", "po number"),
        status="status",
    ),
    Profile(
        name="invoiceninja",
        kind=CUSTOMERS,
        columns={
            **_texts("name", "first name", "last name", "email", "phone", "phone (2)", "billing street", "billing apt/suite",
                     "billing city", "billing state/province", "billing postal code", "vat number"),
            "id number": "id", "billing country": "country",
        },
        recognised_by=frozenset({"name", "balance", "paid to date", "billing street", "billing apt/suite"}),
        convert=_invoiceninja_client,
    ),
    Profile(
        name="invoiceninja",
        kind=PAYMENTS,
        columns={
            **_texts("client", "transaction reference", "type"),
            "invoice number": "id", "amount": "amount", "date": "date",
        },
        recognised_by=frozenset({"client", "invoice number", "amount", "date"}),
        convert=_invoiceninja_payment,
    ),
    Profile(
        name="zoho",
        kind=INVOICES,
        columns={
            **_texts("invoice status", "customer name", "purchaseorder"),
            "invoice number": "id", "customer id": "id", "currency code": "currency", "total": "amount", "balance": "amount",
            "invoice date": "date", "due date": "date", "last payment date": "date",
        },
        recognised_by=frozenset({
            "invoice date", "invoice id", "invoice number", "invoice status", "customer name", "customer id", "total", "balance",
        }),
        convert=_zoho_invoice,
        key=("customer id", "invoice number"),
        agree=("invoice date", "due date", "total", "balance", "currency code", "invoice status"),
        status="invoice status",
    ),
    Profile(
        name="zoho",
        kind=CUSTOMERS,
        columns={
            **_texts("display name", "company name", "salutation", "first name", "last name", "designation", "emailid", "phone",
                     "mobilephone", "billing fax", "billing attention", "billing address", "billing street2", "billing city",
                     "billing state", "billing code", "contact type"),
            "customer id": "id", "billing country": "country", "payment terms": "days", "credit limit": "amount",
        },
        recognised_by=frozenset({"display name", "customer id", "emailid", "contact type"}),
        convert=_zoho_contact,
        status="contact type",
    ),
    Profile(
        name="freshbooks",
        kind=INVOICES,
        columns={
            **_texts("client name", "invoice status"),
            "invoice #": "id", "date issued": "date", "date paid": "date", "line total": "amount", "currency": "currency",
        },
        recognised_by=frozenset({"client name", "invoice #", "date issued", "invoice status", "date paid", "line total"}),
        convert=_freshbooks_invoice,
        key=("client name", "invoice #"),
        agree=("date issued", "date paid", "invoice status", "currency"),
        status="invoice status",
    ),
    Profile(
        name="freshbooks",
        kind=CUSTOMERS,
        columns={
            **_texts("organization", "first name", "last name", "email", "phone", "street", "city", "province/state",
                     "postal code"),
            "country": "country",
        },
        recognised_by=frozenset({"organization", "first name", "last name", "province/state", "postal code"}),
        convert=_freshbooks_client,
    ),
    Profile(
        name="xero",
        kind=INVOICES,
        columns={
            **_texts("contactname", "reference", "type", "status"),
            "invoicenumber": "id", "invoicedate": "date", "duedate": "date", "currency": "currency", "total": "amount",
            "invoiceamountpaid": "amount", "quantity": "amount", "unitamount": "amount", "discount": "percent",
            "taxamount": "amount",
        },
        recognised_by=frozenset({"contactname", "invoicenumber", "invoicedate", "duedate", "quantity", "unitamount"}),
        convert=_xero_invoice,
        key=("contactname", "invoicenumber"),
        agree=("invoicedate", "duedate", "total", "currency", "type", "status"),
        status="status",
    ),
    Profile(
        name="xero",
        kind=CUSTOMERS,
        columns={
            **_texts("contactname", "emailaddress", "firstname", "lastname", "phonenumber", "mobilenumber", "faxnumber",
                     "poaddressline1", "poaddressline2", "poaddressline3", "poaddressline4", "pocity", "poregion", "popostalcode",
                     "taxnumber"),
            "accountnumber": "id", "pocountry": "country",
        },
        recognised_by=frozenset({"contactname", "accountnumber", "emailaddress", "poaddressline1"}),
        convert=_xero_contact,
    ),
)  # fmt: skip
