"""The lines of the bank: all of them, one statement's, and one with everything that is known of it."""

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.ids import read_id
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Business, Customer
from customers.views.clock import today_of
from invoices.allocation import oldest_first
from invoices.balances import BookingError
from invoices.forms.splitting import SplitForm
from invoices.line_booking import book_line
from invoices.models import BankLine, BankStatement, Invoice
from invoices.models.statement import LineState
from invoices.searching import amounts_in, find
from invoices.standing import open_items
from invoices.suggesting import suggested

OFFERED = 12


@member_view
def bank_lines(request: HttpRequest) -> HttpResponseBase:
    """Every line, the latest first."""
    rows = BankLine.objects.filter(business=request.business).select_related("customer", "account", "settled_by")
    context = {"today": today_of(request)}
    return listing(request.business).respond(request, rows.defer("suggestions"), "invoices/bank_lines.html", context)


@member_view
def bank_statement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One statement: whether it adds up, and its lines."""
    row = get_row(request, BankStatement.objects.select_related("account", "batch"), pk)
    rows = row.lines.select_related("customer", "account", "settled_by").defer("suggestions")
    context = {"statement": row, "sums": rows.order_by().aggregate(sum=Sum("amount")), "today": today_of(request)}
    return listing(request.business).respond(request, rows, "invoices/bank_statement.html", context)


@member_view
def bank_line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: what it may be for, whose it is, and a form to split it up by hand among the invoices of a customer."""
    rows = BankLine.objects.select_related("business", "account", "statement", "customer", "settled_by", "takes_back")
    line = get_row(request, rows, pk)
    customer = _customer(request, line)
    form = _split_form(request, line, customer) if customer else None
    if request.method == "POST" and form is not None and form.is_valid() and _booked(request, line, form, customer):
        return redirect("bank-waiting", request.business.slug)
    words = request.GET.get("q", "").strip()
    (row,) = suggested([line])
    context = {"row": row, "line": line, "customer": customer, "form": form, "words": words, "today": today_of(request)}
    context["payments"] = line.payments.select_related("customer").prefetch_related("allocations__invoice").order_by("pk")
    context["found"] = _payers(request.business, words)[:OFFERED] if words else []
    return render(request, "invoices/bank_line.html", context)


def _customer(request: HttpRequest, line: BankLine) -> Customer | None:
    """Whose invoices are shown: the customer chosen, for an open line of money that came in."""
    wanted = read_id(request.GET.get("customer", ""))
    if not wanted or line.state != LineState.OPEN or line.amount <= 0:
        return None
    return get_row(request, Customer, wanted)


def _payers(business: Business, words: str) -> list[Customer]:
    """The customers the words fit, by themselves or by one of their invoices."""
    found = find(business, words)
    rows = [*found.customers, *(invoice.customer for invoice in found.invoices)]
    return list({row.pk: row for row in rows}.values())


def _split_form(request: HttpRequest, line: BankLine, customer: Customer) -> SplitForm:
    """The customer's open invoices in the currency of the line, with the oldest paid first as the offer."""
    open_ = Invoice.objects.filter(customer=customer, currency=line.currency, balance__gt=0)
    parts = dict(oldest_first(line.amount, open_items(customer.pk, line.currency)))
    return SplitForm(request.POST or None, line=line, invoices=list(open_.order_by("due_on", "number")[:200]), parts=parts)


def _booked(request: HttpRequest, line: BankLine, form: SplitForm, customer: Customer) -> bool:
    """Books it as the form says; where it cannot be, the form says why."""
    try:
        book_line(line=line, match=form.match(customer.pk), actor=request.user, on=today_of(request))
    except BookingError as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, _("Booked for %(customer)s.") % {"customer": customer.name})
    return True


def listing(business: Business) -> Listing:
    """How lines are searched, filtered and sorted; the accounts are the business's own."""
    accounts = [Option(str(row.pk), str(row), Q(account=row)) for row in business.bank_accounts.all()]
    filters = [Filter("show", lazy("State"), STATES, everything=lazy("All"), pills=True)]
    if len(accounts) > 1:
        filters.append(Filter("account", lazy("Account"), accounts, everything=lazy("Every account")))
    return Listing(
        name="bank-lines",
        columns=COLUMNS,
        sort="-on",
        filters=filters,
        search=_search,
        hint=lazy("Payer, text, customer, amount"),
        totals={lazy("Sum"): "amount"},
    )


def _search(words: str) -> Q:
    amounts = amounts_in(words)
    return search_in("payer", "text", "reference", "customer__name")(words) | Q(amount__in=amounts)


BOOKED = Q(state=LineState.BOOKED)
STATES = [
    Option("open", lazy("Waits"), Q(state=LineState.OPEN)),
    Option("itself", lazy("Booked by itself"), BOOKED & Q(settled_by=None)),
    Option("person", lazy("Booked by a person"), BOOKED & ~Q(settled_by=None)),
    Option("returned", lazy("Returned"), Q(state=LineState.RETURNED)),
    Option("left", lazy("Not a customer's"), Q(state=LineState.LEFT)),
]
COLUMNS = [
    Column("on", lazy("Booked"), lambda row: row.booked_on, ("booked_on",)),
    Column("payer", lazy("Who"), lambda row: row.payer, ("payer",)),
    Column("text", lazy("Text"), lambda row: " ".join(row.text.split()) or row.reference),
    Column("customer", lazy("Customer"), lambda row: row.customer.name if row.customer else "", ("customer__name",)),
    Column("account", lazy("Account"), lambda row: str(row.account), screen=False),
    Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
    Column("amount", lazy("Amount"), lambda row: format_plain(row.amount, row.currency), ("amount",), numeric=True),
    Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
    Column("who", lazy("By"), lambda row: str(row.settled_by or ""), screen=False),
]
