"""Adding and changing a customer; its page is in `reminders.views.customers`, which sees what is owed and what comes next."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from customers.access import get_row, member_view, way_back
from customers.editing import save_customer, set_flags
from customers.forms.customer import CustomerForm, FlagsForm
from customers.models import Customer


@member_view
def customer_add(request: HttpRequest) -> HttpResponse:
    """A new customer, with the terms and the country of the business until somebody says otherwise."""
    business = request.business
    customer = Customer(business=business, country=business.country)
    form = _form(request, customer)
    if request.method == "POST" and form.is_valid():
        save_customer(customer=form.save(commit=False), changed=(), actor=request.user)
        messages.success(request, _("%(name)s added. Who pays the bills there?") % {"name": customer.name})
        return redirect("contact-add", business.slug, customer.pk)
    return render(request, "customers/customer_form.html", {"form": form, "customer": customer})


@member_view
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes who the customer is and how they pay."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    name = customer.name
    form = _form(request, customer)
    if request.method == "POST" and form.is_valid():
        save_customer(customer=form.save(commit=False), changed=form.changed_data, actor=request.user)
        messages.success(request, _("Saved."))
        return way_back(request, "customer-detail", customer.pk)
    return render(request, "customers/customer_form.html", {"form": form, "customer": customer, "name": name})


@member_view
def customer_flags(request: HttpRequest, pk: int) -> HttpResponse:
    """Sets what must not happen to this customer; what is queued is stopped by the same commit."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    form = FlagsForm(request.POST or None, instance=customer)
    if request.method == "POST" and form.is_valid():
        set_flags(customer=customer, values=form.cleaned_data, actor=request.user)
        messages.success(request, _("Saved. It holds from now on, also for letters already on their way out."))
        return way_back(request, "customer-detail", customer.pk)
    return render(request, "customers/customer_flags.html", {"form": form, "customer": customer})


def _form(request: HttpRequest, customer: Customer) -> CustomerForm:
    options: dict[str, Any] = {"language": get_language() or "en", "languages": settings.LETTER_LANGUAGES}
    return CustomerForm(request.POST or None, instance=customer, **options)
