"""Money that came in, entered by hand; a payment the bank took back; one entered by mistake."""

import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from arcollect.money import format_money, format_plain
from customers.access import get_row, member_view, say_undoable, way_back
from customers.models import Customer
from customers.views.clock import today_of
from invoices.booking import BookingError, book_payment, return_payment
from invoices.forms.payment import PaymentForm
from invoices.holding import hold_payment
from invoices.models import Invoice, Payment, WriteOff
from invoices.models.money import WriteOffKind
from invoices.unbooking import TAKEN_OUT, take_out_payment
from invoices.views.out_already import out_already


@member_view
def payment_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Books a payment of a customer: on the invoice named in the address or chosen, else on the oldest ones first."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    form = payment_form(request, customer)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["full_and_final"]:
            return _held(customer, form, request)
        try:
            payment = _book(customer, form, request)
        except BookingError as problem:
            form.add_error(None, str(problem))
        else:
            say_undoable(request, _told(payment), "payment-take-out", payment.pk)
            return _back(request, customer)
    from_money = request.GET.get("from") == "money"
    return render(request, "invoices/payment_form.html", {"form": form, "customer": customer, "from_money": from_money})


@member_view
def payment_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back a payment that the bank returned; asks first, and offers to take out one that was entered by mistake."""
    payment = get_row(request, Payment.objects.select_related("business", "customer"), pk)
    if request.method == "POST":
        try:
            return_payment(payment=payment, on=today_of(request), actor=request.user)
        except BookingError as problem:
            messages.error(request, str(problem))
        else:
            messages.warning(request, _("Taken back. Its invoices are open again at their old due dates."))
        return redirect("customer-detail", request.business.slug, payment.customer_id)
    booked = payment.allocations.filter(reversed_on=None).select_related("invoice")
    return render(request, "invoices/payment_return.html", {"payment": payment, "booked": booked})


@member_view
@require_POST
def payment_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a payment that was entered by mistake out of the books; a second click says that it is done."""
    payment = Payment.objects.filter(business=request.business, pk=pk).select_related("business", "customer").first()
    if payment is None:
        return out_already(request, kind=TAKEN_OUT, subject=f"payment:{pk}")
    try:
        take_out_payment(payment=payment, on=today_of(request), actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Taken out of the books, as if it had never been entered."))
    return way_back(request, "customer-detail", payment.customer_id)


def payment_form(request: HttpRequest, customer: Customer) -> PaymentForm:
    """The form for this customer: in the currency of the invoice in the address, else of the oldest open invoice."""
    today: datetime.date = today_of(request)
    rows = [*_open(customer), *_given_up(customer)]
    wanted = next((row for row in rows if str(row.pk) == request.GET.get("invoice")), None)
    likely = [wanted] if wanted else []
    currencies = dict.fromkeys([*(row.currency for row in likely + rows), request.business.currency])
    initial = {"invoice": wanted, "amount": format_plain(wanted.balance, wanted.currency) if wanted else None}
    return PaymentForm(request.POST or None, invoices=rows, currencies=list(currencies), today=today, initial=initial)


def _open(customer: Customer) -> QuerySet[Invoice]:
    return Invoice.objects.filter(customer=customer, balance__gt=0).order_by("due_on", "issued_on", "number")


def _given_up(customer: Customer) -> QuerySet[Invoice]:
    """Closed as lost: money for one is a recovery."""
    lost = WriteOff.objects.filter(invoice__customer=customer, kind=WriteOffKind.BAD_DEBT, reversed_on=None)
    return Invoice.objects.filter(pk__in=lost.values("invoice"), balance=0).order_by("due_on", "issued_on", "number")


def _book(customer: Customer, form: PaymentForm, request: HttpRequest) -> Payment:
    """Books what the form says, once: its token is the payment's fingerprint."""
    data = form.cleaned_data
    known = Payment.objects.filter(customer=customer, fingerprint=data["token"]).first()
    return known or book_payment(
        customer=customer,
        received_on=data["received_on"],
        amount=data["amount"],
        currency=data["currency"],
        fingerprint=data["token"],
        split=form.split(),
        method=data["method"],
        reference=data["reference"],
        actor=request.user,
    )


def _held(customer: Customer, form: PaymentForm, request: HttpRequest) -> HttpResponse:
    """Nothing is booked: whether it may be banked is for the owner to say."""
    data = {name: form.cleaned_data[name] for name in ("received_on", "amount", "currency", "reference", "token")}
    hold_payment(customer=customer, on=form.today, actor=request.user, **data)
    messages.warning(request, _("Not booked. Do not bank it: the owner has been asked."))
    return _back(request, customer)


def _told(payment: Payment) -> str:
    """What became of the money: which invoices it paid, and what no invoice has yet."""
    numbers = payment.allocations.values_list("invoice__number", flat=True)
    amount = format_money(payment.amount, payment.currency, get_language() or "en")
    if not numbers:
        return _("%(amount)s booked. No invoice has it yet.") % {"amount": amount}
    words = _("%(amount)s booked on %(invoices)s.") % {"amount": amount, "invoices": ", ".join(numbers)}
    if payment.unapplied:
        left = format_money(payment.unapplied, payment.currency, get_language() or "en")
        words += " " + _("%(left)s is left and waits for an invoice.") % {"left": left}
    return words


def _back(request: HttpRequest, customer: Customer) -> HttpResponse:
    """To where the payment was entered from: the field for the next one, the invoice, or the customer."""
    if request.GET.get("from") == "money":
        return redirect("money-in", request.business.slug)
    if invoice := read_id(request.GET.get("invoice", "")):
        return redirect("invoice-detail", request.business.slug, invoice)
    return redirect("customer-detail", request.business.slug, customer.pk)
