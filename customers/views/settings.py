"""What an owner sets for a business."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.dates import knows_region, named_holidays, regions_of
from customers.access import member_view, owner_view
from customers.approving import BANK_FIELDS, ask_change, has_account
from customers.forms.business import BusinessForm, LogoForm
from customers.forms.rules import ClosingForm, ContactForm, RulesForm
from customers.models import Business
from customers.profile import add_closing, remove_closing, save_logo, save_profile, save_rules

YEAR_AHEAD = datetime.timedelta(days=365)


@owner_view
def edit_business(request: HttpRequest) -> HttpResponse:
    """Name, address, bank, terms, signature: what stands on letters."""
    form = BusinessForm(request.POST or None, instance=request.business)
    waiting = request.business.account_changes.filter(confirmed_at=None, dropped_at=None).first()
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    if form.errors:
        request.business.refresh_from_db()
    return render(request, "customers/settings_business.html", {"form": form, "waiting": waiting})


def _saved(request: HttpRequest, form: BusinessForm) -> HttpResponse:
    """Stores what was changed; another account than the one customers know waits for a second person (domain.md PF09)."""
    stored, changed = Business.objects.get(pk=request.business.pk), set(form.changed_data)
    held = changed & set(BANK_FIELDS) if has_account(stored) else set()
    save_profile(business=request.business, changed=sorted(changed - held), actor=request.user)
    if not held:
        messages.success(request, _("Saved. The next letters say so."))
        return redirect("settings", request.business.slug)
    values = {name: form.cleaned_data[name] for name in held}
    change = ask_change(business=stored, values=values, actor=request.user, now=timezone.now())
    messages.warning(request, _("Saved, but the old account stays until a second person has confirmed the new one."))
    return redirect("account-change", request.business.slug, change.pk)


@owner_view
def edit_logo(request: HttpRequest) -> HttpResponse:
    """The picture of the letterhead."""
    form = LogoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, kind = form.cleaned_data["logo"]
        save_logo(business=request.business, content=content, content_type=kind, actor=request.user)
        messages.success(request, _("The logo stands on letters from now on."))
        return redirect("settings-logo", request.business.slug)
    return render(request, "customers/settings_logo.html", {"form": form})


@owner_view
@require_POST
def remove_logo(request: HttpRequest) -> HttpResponse:
    """Takes the picture off the letterhead."""
    save_logo(business=request.business, content=None, actor=request.user)
    messages.success(request, _("The logo is gone from letters to come."))
    return redirect("settings-logo", request.business.slug)


@member_view
def show_logo(request: HttpRequest) -> HttpResponse:
    """The picture itself, as it was found to be when it was uploaded."""
    logo = request.business.logo
    if logo is None:
        raise Http404
    return HttpResponse(bytes(logo.bytes), content_type=logo.content_type, headers={"ETag": f'"{logo.sha256}"'})


@owner_view
def edit_rules(request: HttpRequest) -> HttpResponse:
    """When things are sent, and how much at once."""
    form = RulesForm.of(request.business, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        save_rules(business=request.business, values=form.values(), actor=request.user)
        messages.success(request, _("Saved. The rules count from now on."))
        return redirect("settings-rules", request.business.slug)
    return render(request, "customers/settings_rules.html", {"form": form})


@owner_view
def edit_contact_rules(request: HttpRequest) -> HttpResponse:
    """At which hours and how often customers are contacted, and what happens beyond."""
    business = request.business
    form = ContactForm.of(business, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        save_rules(business=business, values=form.values(business), actor=request.user)
        messages.success(request, _("Saved. Every call and letter from now on is held against them."))
        return redirect("settings-contact", business.slug)
    return render(request, "customers/settings_contact.html", {"form": form})


@owner_view
def edit_closing_days(request: HttpRequest) -> HttpResponse:
    """The days the business is closed, beside the public holidays it keeps anyway."""
    business = request.business
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_closing(business=business, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Closed on these days. What falls on them moves to the next business day."))
        return redirect("settings-closing", business.slug)
    today = business.local_date(timezone.now())
    closings = [_closing(row) for row in business.rules["closing_days"]]
    context = {
        "form": form,
        "coming": [row for row in closings if row["last"] >= today],
        "past": [row for row in closings if row["last"] < today],
        "today": today,
        **_public_holidays(business, today),
    }
    return render(request, "customers/settings_closing.html", context)


@owner_view
@require_POST
def remove_closing_days(request: HttpRequest) -> HttpResponse:
    """Opens the business again on these days."""
    form = ClosingForm(request.POST)
    if form.is_valid():
        days = {end: form.cleaned_data[end] for end in ("first", "last")}
        remove_closing(business=request.business, actor=request.user, **days)
        messages.success(request, _("Open again on these days."))
    return redirect("settings-closing", request.business.slug)


def _closing(row: dict[str, str]) -> dict[str, object]:
    first, last = (datetime.date.fromisoformat(row[end]) for end in ("from", "to"))
    return {"first": first, "last": last, "name": row["name"], "days": (last - first).days + 1}


def _public_holidays(business: Business, today: datetime.date) -> dict[str, object]:
    """The public holidays of the coming year, and whether the region has its own."""
    language = get_language() or "en"
    country, region = business.country, business.region
    return {
        "holidays": named_holidays(country, region, today, today + YEAR_AHEAD, language),
        "regions": sorted(regions_of(country).values()),
        "region_known": knows_region(country, region),
    }
