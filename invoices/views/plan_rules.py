"""Settings of plans, settlements, the customer's link and the last letter; for the owner alone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import owner_view
from customers.models import Business
from customers.profile import save_rules
from invoices.forms.plan_rules import PARTS
from invoices.plans import limits_for, preset_of


@owner_view
def plan_rules(request: HttpRequest) -> HttpResponse:
    """What may be agreed to, and what of it the law narrows for people and sole traders (domain.md 6.2)."""
    business = request.business
    forms = [part.of(business, request.POST if request.method == "POST" else None) for part in PARTS]
    # Each of them: a mistake in one part must not hide those in the next.
    if request.method == "POST" and all([form.is_valid() for form in forms]):  # noqa: C419
        values = {key: rules for form in forms for key, rules in form.values().items()}
        save_rules(business=business, values=values, actor=request.user)
        messages.success(request, _("Saved. It holds for every offer from now on; what is signed stays as it is."))
        return redirect("settings-plans", business.slug)
    context = {form.key: form for form in forms} | {"in_force": _in_force(business), "preset": _preset(business)}
    return render(request, "invoices/plan_rules.html", context, status=422 if request.method == "POST" else 200)


def _preset(business: Business) -> str:
    return preset_of(business.country, business.rules)


def _in_force(business: Business) -> list[dict[str, Any]]:
    """What holds now for companies, and for people and sole traders."""
    held = {"preset": _preset(business)}
    who = [(_("Companies"), False), (_("People and sole traders"), True)]
    return [{"who": label, "limits": limits_for(business.rules, individual=is_one, **held)} for label, is_one in who]
