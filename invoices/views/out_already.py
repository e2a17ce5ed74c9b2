"""What a second click on a way back says: what it takes out is out of the books."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from customers.access import way_back
from customers.models import Event


def out_already(request: HttpRequest, **told: object) -> HttpResponse:
    """Back to the customer of the event that `told` describes, which says that it is done. Http404 where nothing was done."""
    done = Event.objects.filter(business=request.business, **told).first()
    if done is None:
        raise Http404
    messages.info(request, _("It is out of the books already."))
    return way_back(request, "customer-detail", done.customer_id)
