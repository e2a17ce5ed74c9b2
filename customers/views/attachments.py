"""Papers that show something: kept, shown, taken away."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view, way_back
from customers.attachments import AttachmentError, attach, detach
from customers.models import Attachment, Customer

# What of a customer a paper may be about: the area of a subject, and the customer's rows of it.
AREAS = {
    "dispute": "disputes",
    "claim": "claims",
    "invoice": "invoices",
    "promise": "promises",
    "conversation": "conversations",
}
SUBJECT = re.compile(r"([a-z]+):([1-9][0-9]{0,17})")


@require_POST
@member_view
def attachment_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the uploaded files with the subject named in the form, of this customer."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    subject, files = request.POST.get("subject", ""), request.FILES.getlist("files")
    if not _is_theirs(customer, subject):
        messages.error(request, _("This paper is about nothing of theirs: it was not kept."))
        return way_back(request, "customer-detail", customer.pk)
    if not files:
        messages.error(request, _("Choose a file first."))
        return way_back(request, "customer-detail", customer.pk)
    for upload in files:
        try:
            attach(customer=customer, subject=subject, upload=upload, by=request.user)
        except AttachmentError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("“%(name)s” is kept.") % {"name": upload.name})
    return way_back(request, "customer-detail", customer.pk)


@member_view
def attachment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper itself, as a download: nothing a stranger sent is shown inside our pages."""
    row = get_row(request, Attachment.objects.select_related("document"), pk)
    response = HttpResponse(bytes(row.document.bytes), content_type=row.document.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@member_view
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a paper away again."""
    row = get_row(request, Attachment.objects.select_related("customer__business"), pk)
    customer = row.customer
    detach(attachment=row, by=request.user)
    messages.success(request, _("Taken away."))
    return way_back(request, "customer-detail", customer.pk)


def _is_theirs(customer: Customer, subject: str) -> bool:
    """Whether the subject ("dispute:12") is a row of this customer: one under another's would stand on their pages."""
    found = SUBJECT.fullmatch(subject)
    return bool(found and found[1] in AREAS and getattr(customer, AREAS[found[1]]).filter(pk=found[2]).exists())
