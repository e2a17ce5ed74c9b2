"""The people we talk to at a customer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from arcollect.phones import show_phone
from customers.access import get_row, member_view, way_back
from customers.editing import confirm_card, save_contact, verify_contact
from customers.forms.card import OF_CONTACT, OF_CUSTOMER, CardForm
from customers.forms.contact import ContactForm
from customers.models import Contact, Customer, Task
from customers.models.customer import ContactRole
from customers.models.desk import TaskKind, TaskState
from customers.views.clock import today_of


@member_view
def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new contact of a customer."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    return _edit(request, Contact(business=request.business, customer=customer))


@member_view
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a contact; another address or number must be verified again."""
    return _edit(request, get_row(request, Contact.objects.select_related("customer__business"), pk))


@require_POST
@member_view
def contact_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the contact's details were found right today (P17)."""
    contact = get_row(request, Contact.objects.select_related("customer__business"), pk)
    verify_contact(contact=contact, on=today_of(request), actor=request.user)
    messages.success(request, _("%(contact)s verified today.") % {"contact": contact})
    return redirect("customer-detail", request.business.slug, contact.customer_id)


@member_view
def contact_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The short call that makes sure invoices arrive: everything on one page, confirmed with one button (P17)."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    people = customer.contacts.order_by("pk")
    chosen = read_id(request.GET.get("contact", ""))
    contact = people.filter(pk=chosen).first() if chosen else people.filter(role=ContactRole.ACCOUNTS_PAYABLE).first()
    contact = contact or people.first() or Contact(business=request.business, customer=customer)
    task = _told(request, customer)
    form = CardForm(request.POST or None, customer=customer, contact=contact)
    if request.method == "POST" and form.is_valid():
        confirm_card(
            customer=customer,
            contact=contact,
            of_contact={name: form.cleaned_data[name] for name in OF_CONTACT},
            of_customer={name: form.cleaned_data[name] for name in OF_CUSTOMER},
            on=today_of(request),
            actor=request.user,
            told=task,
            approver=form.cleaned_data["approver"],
        )
        messages.success(request, _("%(contact)s verified today.") % {"contact": contact})
        return way_back(request, "customer-detail", customer.pk)
    phone = show_phone(contact.phone, customer.country or request.business.country)
    context = {"form": form, "customer": customer, "contact": contact, "phone": phone, "people": people, "task": task}
    return render(request, "customers/contact_card.html", context, status=422 if request.method == "POST" else 200)


def _told(request: HttpRequest, customer: Customer) -> Task | None:
    """The open task that brought us here: they told us behind their link that a contact changed."""
    asked = read_id(request.GET.get("task", ""))
    rows = Task.objects.filter(customer=customer, kind=TaskKind.CONTACT_CHANGE, state=TaskState.OPEN)
    return rows.select_related("business", "customer").filter(pk=asked).first()


def _edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    customer = contact.customer
    region = customer.country or request.business.country
    form = ContactForm(request.POST or None, instance=contact, region=region)
    if request.method == "POST" and form.is_valid():
        save_contact(contact=form.save(commit=False), changed=form.changed_data, actor=request.user)
        messages.success(request, _("%(contact)s saved.") % {"contact": contact})
        return redirect("customer-detail", request.business.slug, customer.pk)
    return render(request, "customers/contact_form.html", {"form": form, "contact": contact, "customer": customer})
