"""What an owner sets for a business."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import member_view, owner_view
from customers.forms.business import BusinessForm, LogoForm, RulesForm
from customers.profile import save_logo, save_profile, save_rules


@owner_view
def edit_business(request: HttpRequest) -> HttpResponse:
    """Name, address, bank, terms, signature: what stands on letters."""
    form = BusinessForm(request.POST or None, instance=request.business)
    if request.method == "POST" and form.is_valid():
        save_profile(business=request.business, changed=form.changed_data, actor=request.user)
        messages.success(request, _("Saved. The next letters say so."))
        return redirect("settings", request.business.slug)
    if form.errors:
        request.business.refresh_from_db()
    return render(request, "customers/settings_business.html", {"form": form})


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
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm.of(request.business)
    if form.is_bound and form.is_valid():
        save_rules(business=request.business, values=form.values(), actor=request.user)
        messages.success(request, _("Saved. The rules count from now on."))
        return redirect("settings-rules", request.business.slug)
    return render(request, "customers/settings_rules.html", {"form": form})
