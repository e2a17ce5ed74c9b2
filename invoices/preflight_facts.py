"""Reads what the preflight goes by: of many invoices, or of one being made, in a fixed number of queries."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from arcollect.money import quantize
from customers.models import Attachment, Business, Contact, Customer
from customers.models.customer import ContactRole, Kind
from invoices.einvoices.kinds import DIRECT_DEBIT
from invoices.models import DraftInvoice, DraftLine, Invoice, InvoiceDetail
from invoices.preflight_cases import NOTHING, Buyer, Desk, LineFacts, PreflightFacts, TaxFacts, Twin
from invoices.preflight_sums import HUNDRED, line_net

DIGITS_LAST = re.compile(r"(.*?)(\d+)$")
# So many numbers before one are looked for: with some of them there and the nearest not, one is missing.
NUMBERS_BEFORE = 5


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the customers of a batch, by customer and where it depends on it currency."""

    desks: Mapping[int, Desk]
    owed: Mapping[tuple[int, str], Decimal]
    twins: Mapping[tuple[int, str], Sequence[tuple[int, Twin]]]
    accounts: tuple[str, ...]
    rules: Mapping[str, Any]


def invoice_facts(business: Business, invoices: Sequence[Invoice], today: datetime.date) -> dict[int, PreflightFacts]:
    """By invoice id what its checks go by: seven queries, however many there are. Best read with customer and detail joined."""
    known = _known(business, invoices, [invoice.purchase_order for invoice in invoices if invoice.purchase_order])
    proved = _proved(business, invoices)
    gaps = _gaps(business, invoices)
    return {
        invoice.pk: _of_invoice(business, invoice, known, today, proof=invoice.pk in proved, gap=invoice.pk in gaps)
        for invoice in invoices
    }


def draft_facts(draft: DraftInvoice, today: datetime.date) -> PreflightFacts:
    """What the checks of an invoice being made go by."""
    business, customer, currency = draft.business, draft.customer, draft.currency
    known = _known(business, [draft], [draft.purchase_order] if draft.purchase_order else [])
    lines = tuple(_draft_line(line, currency) for line in draft.lines.all())
    taxes = draft_taxes(lines, currency)
    net, tax = sum((line.net for line in lines), NOTHING), sum((row.tax for row in taxes), NOTHING)
    return PreflightFacts(
        today=today,
        currency=currency,
        total=net + tax - draft.prepaid,
        issued_on=draft.issue_on,
        buyer=_buyer(business, customer, currency, known.owed.get((customer.pk, currency), NOTHING)),
        made_here=True,
        due_on=draft.issue_on + datetime.timedelta(days=draft.terms_days),
        terms_days=draft.terms_days if customer.terms_days is None else customer.terms_days,
        net=net,
        tax=tax,
        prepaid=draft.prepaid,
        lines=lines,
        taxes=taxes,
        purchase_order=draft.purchase_order,
        quote_reference=draft.quote_reference,
        quote_net=draft.quote_net,
        seller_tax_id=business.tax_id,
        seller_country=business.country,
        desk=known.desks.get(customer.pk, Desk()),
        delivered_on=draft.delivered_on,
        proof=draft.attachments.exists(),
        pay_to=business.iban or business.account_details.strip() or business.payment_link,
        names_account=True,
        accounts=(*known.accounts, business.account_details.strip(), business.payment_link),
        terms_attached=bool(business.terms_text.strip()),
        texts=tuple(filter(None, (draft.note, *(line.description for line in lines)))),
        twins=tuple(twin for _pk, twin in known.twins.get((customer.pk, currency), ())),
        rules=known.rules,
    )


def draft_taxes(lines: Iterable[LineFacts], currency: str) -> tuple[TaxFacts, ...]:
    """The tax by rate, worked out over all lines of a rate and rounded once (domain.md PF07)."""
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        bases[line.tax_rate] += line.net
    return tuple(TaxFacts(rate, base, quantize(base * rate / HUNDRED, currency)) for rate, base in sorted(bases.items()))


def _draft_line(line: DraftLine, currency: str) -> LineFacts:
    facts = LineFacts(line.description, NOTHING, line.quantity, line.unit_price, line.tax_rate, line.discount_pct)
    return LineFacts(
        line.description, line_net(facts, currency), line.quantity, line.unit_price, line.tax_rate, line.discount_pct
    )


def _of_invoice(
    business: Business, invoice: Invoice, known: _Known, today: datetime.date, *, proof: bool, gap: bool
) -> PreflightFacts:
    customer, code = invoice.customer, invoice.currency
    detail: InvoiceDetail | None = getattr(invoice, "detail", None)
    owed = known.owed.get((customer.pk, code), NOTHING) - invoice.balance
    lines = tuple(
        LineFacts(line.description, line.net, line.quantity, line.unit_price, line.tax_rate) for line in invoice.lines.all()
    )
    twins = known.twins.get((customer.pk, code), ())
    return PreflightFacts(
        today=today,
        currency=code,
        total=invoice.total,
        issued_on=invoice.issued_on,
        buyer=_buyer(business, customer, code, owed),
        number=invoice.number,
        gap=gap,
        due_on=invoice.due_on,
        terms_days=customer.terms_days,
        lines=lines,
        purchase_order=invoice.purchase_order,
        seller_country=business.country,
        desk=known.desks.get(customer.pk, Desk()),
        delivered_on=invoice.delivered_on,
        proof=proof,
        accounts=known.accounts,
        terms_attached=bool(business.terms_text.strip()),
        texts=tuple(filter(None, (detail.note if detail else "", *(line.description for line in lines)))),
        twins=tuple(twin for pk, twin in twins if pk != invoice.pk),
        rules=known.rules,
        **(_of_detail(detail, invoice) if detail else {}),
    )


def _gross(detail: InvoiceDetail, invoice: Invoice) -> Decimal:
    """The total that is printed: what is asked for and what was paid beforehand, where nobody noted it."""
    return invoice.total + detail.prepaid if detail.gross is None else detail.gross


def _of_detail(detail: InvoiceDetail, invoice: Invoice) -> dict[str, object]:
    """What the content of an electronic invoice adds."""
    known = detail.net is not None and detail.tax is not None
    asked = _gross(detail, invoice) + detail.rounding - detail.withheld
    # One with nothing left to pay is booked with its whole sum, as settled.
    before = detail.prepaid if invoice.total != asked else NOTHING
    return {
        "net": detail.net,
        "tax": detail.tax,
        "gross": _gross(detail, invoice) if known else None,
        "prepaid": before + detail.withheld - detail.rounding,
        "taxes": tuple(_tax_row(row) for row in detail.taxes if row.get("rate") not in (None, "")),
        "quote_reference": detail.quote_reference,
        "quote_net": detail.quote_net,
        "buyer_name": detail.buyer,
        "buyer_tax_id": detail.buyer_tax_id,
        "seller_tax_id": detail.seller_tax_id,
        "pay_to": detail.pay_to_account,
        "names_account": bool(detail.format),
        "collected": detail.payment_means in DIRECT_DEBIT,
        "printed_terms": detail.terms_text if detail.format else None,
    }


def _tax_row(row: Mapping[str, str]) -> TaxFacts:
    return TaxFacts(Decimal(row["rate"]), Decimal(row.get("base") or 0), Decimal(row.get("tax") or 0))


def _buyer(business: Business, customer: Customer, currency: str, owed: Decimal) -> Buyer:
    return Buyer(
        name=customer.name,
        legal_name=customer.legal_name,
        company=customer.kind == Kind.COMPANY,
        registration=customer.registration,
        country=customer.country,
        tax_id=customer.tax_id,
        po_required=customer.po_required,
        po_rule=customer.po_rule,
        terms_accepted_on=customer.terms_accepted_on,
        invoiced_in=customer.invoiced_in,
        discount_pct=customer.discount_pct,
        limit=customer.credit_limit if currency == business.currency else None,
        exposure=owed,
        on_hold=customer.on_hold,
    )


def _known(business: Business, rows: Sequence[Invoice | DraftInvoice], orders: Sequence[str]) -> _Known:
    customers = {row.customer_id for row in rows}
    days = [row.issued_on if isinstance(row, Invoice) else row.issue_on for row in rows]
    # Only what the business itself says counts: an account a file named once is nobody's approved one.
    own = (business.iban, *re.split(r"\s*\n\s*", business.account_details))
    return _Known(
        desks=_desks(customers),
        owed=_owed(customers),
        twins=_twins(business, customers, days, orders),
        accounts=tuple(filter(None, own)),
        rules=business.rules["preflight"],
    )


def _desks(customers: set[int]) -> dict[int, Desk]:
    """Of each customer the accounts payable to go by: one whose mail arrives before another, the one verified last."""
    rows = Contact.objects.filter(customer__in=customers, role=ContactRole.ACCOUNTS_PAYABLE).order_by()
    found: dict[int, Desk] = {}
    for customer_id, verified_on, bounced_on in rows.values_list("customer_id", "verified_on", "bounced_on"):
        desk = Desk(True, verified_on, bounced_on is not None)
        if customer_id not in found or _better(desk, found[customer_id]):
            found[customer_id] = desk
    return found


def _better(one: Desk, other: Desk) -> bool:
    first = datetime.date.min
    return (not one.bounced, one.verified_on or first) > (not other.bounced, other.verified_on or first)


def _owed(customers: set[int]) -> dict[tuple[int, str], Decimal]:
    rows = Invoice.objects.filter(customer__in=customers, balance__gt=0).order_by().values("customer_id", "currency")
    return {(row["customer_id"], row["currency"]): row["owed"] for row in rows.annotate(owed=Sum("balance"))}


def _twins(
    business: Business, customers: set[int], days: Sequence[datetime.date], orders: Sequence[str]
) -> dict[tuple[int, str], list[tuple[int, Twin]]]:
    """Invoices to the same customers around these days, or with one of these order numbers, by customer and currency.

    One that was wholly taken back asks for nothing: another may be issued in its place.
    """
    found: dict[tuple[int, str], list[tuple[int, Twin]]] = defaultdict(list)
    if not days:
        return found
    around = datetime.timedelta(days=business.rules["preflight"]["duplicate_days"])
    near = Q(issued_on__gte=min(days) - around, issued_on__lte=max(days) + around) | Q(purchase_order__in=orders)
    rows = Invoice.objects.filter(near, customer__in=customers).order_by("issued_on", "pk")
    names = ("pk", "customer_id", "currency", "back", "number", "issued_on", "total", "purchase_order")
    for pk, customer_id, currency, back, *said in rows.annotate(back=Sum("corrections__total")).values_list(*names):
        twin = Twin(*said)
        if back is None or back < twin.total:
            found[customer_id, currency].append((pk, twin))
    return found


def _proved(business: Business, invoices: Sequence[Invoice]) -> set[int]:
    """The ids of the invoices with a paper of their own: a delivery note, a signature; of those made here also what was
    enclosed."""
    subjects = {f"invoice:{invoice.pk}": invoice.pk for invoice in invoices}
    rows = Attachment.objects.filter(business=business, subject__in=subjects).values_list("subject", flat=True)
    enclosed = DraftInvoice.objects.filter(invoice__in=invoices, attachments__isnull=False).order_by()
    return {subjects[subject] for subject in rows} | set(enclosed.values_list("invoice_id", flat=True))


def _gaps(business: Business, invoices: Sequence[Invoice]) -> set[int]:
    """The ids of the invoices whose number leaves one out: the one before is not there, though one shortly before it is."""
    before = {invoice.pk: _numbers_before(invoice.number_key) for invoice in invoices}
    wanted = {key for forms in before.values() for form in forms for key in form}
    there = set(Invoice.objects.filter(business=business, number_key__in=wanted).values_list("number_key", flat=True))
    return {pk for pk, forms in before.items() if forms and not forms[0] & there and any(form & there for form in forms)}


def _numbers_before(key: str) -> list[set[str]]:
    """The keys of the numbers right before one, the nearest first, each with and without noughts: 9 and 09 before 10."""
    found = DIGITS_LAST.fullmatch(key)
    if not found:
        return []
    prefix, digits = found.groups()
    numbers = range(int(digits) - 1, max(0, int(digits) - 1 - NUMBERS_BEFORE), -1)
    return [{f"{prefix}{number}", f"{prefix}{number:0{len(digits)}}"} for number in numbers]
