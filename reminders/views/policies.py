"""How the business reminds: its policies, their steps and versions, and who follows which."""

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view, owner_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices.models import Invoice
from reminders import policies
from reminders.escalation import Setting
from reminders.facts import policy_terms, settings_of
from reminders.forms.policy import CopyForm, CustomerPolicyForm, PolicyForm
from reminders.models import Policy, StepCode
from reminders.policies import PolicyError
from reminders.policy_changes import changes
from reminders.policy_picture import draw
from reminders.treatments import CHANGES, Means, advice_on, named, tailored_to

SHOWN = (StepCode.COURTESY, StepCode.NOTICE, StepCode.DAY_30, StepCode.DAY_60, StepCode.DAY_90, StepCode.DECIDE)


@owner_view
def policy_list(request: HttpRequest) -> HttpResponse:
    """The policies with who follows them, those in the archive, and the presets that are not here."""
    following = policies.followers(request.business)
    versions = _policies(request).select_related("saved_by")
    current = [policy for policy in versions if policy.current]
    names = {policy.name for policy in current}
    newest: dict[str, Policy] = {}
    for policy in versions.order_by("-version"):
        newest.setdefault(policy.name, policy)
    context = {
        "policies": [(policy, policies.title(policy.name), following.get(policy.name, 0)) for policy in current],
        "customers": request.business.customers.count() - sum(following.values()),
        "archived": [(policy, policies.title(name)) for name, policy in sorted(newest.items()) if name not in names],
        "presets": [(name, preset) for name, preset in policies.PRESETS.items() if name not in newest],
    }
    return render(request, "reminders/policy_list.html", context)


@owner_view
@require_POST
def policy_preset(request: HttpRequest) -> HttpResponse:
    """Adds a preset that is not here."""
    name = request.POST.get("name", "")
    try:
        if name not in policies.PRESETS:
            raise PolicyError(_("There is no such policy to add."))
        policy = policies.add_preset(business=request.business, name=name, actor=request.user)
        messages.success(request, _("“%(policy)s” added. Nobody follows it yet.") % {"policy": policies.title(policy.name)})
    except PolicyError as error:
        messages.error(request, str(error))
    return redirect("policy-list", request.business.slug)


@owner_view
def policy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps of a policy; saving makes a new version, from which everything not sent yet goes on."""
    policy = _get(request, pk)
    if not policy.current:
        return redirect("policy-history", request.business.slug, policy.pk)
    form = policy_form(request, policy)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, policy, form)
        if saved is not None:
            return redirect("policy-edit", request.business.slug, saved.pk)
    return render(request, "reminders/policy_edit.html", editor(request, policy, form))


@owner_view
@require_POST
def policy_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of what stands in the form, and the form again; saves nothing. With htmx only the picture."""
    policy = _get(request, pk)
    form = policy_form(request, policy)
    form.is_valid()
    template = "reminders/policy_picture.html" if request.htmx else "reminders/policy_edit.html"
    return render(request, template, editor(request, policy, form))


@owner_view
def policy_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A policy of another name that says the same, to be changed next."""
    policy = _get(request, pk)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            copy = policies.copy_policy(policy=policy, name=form.cleaned_data["name"], actor=request.user)
        except PolicyError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("“%(policy)s” added. Nobody follows it yet.") % {"policy": copy.name})
            return redirect("policy-edit", request.business.slug, copy.pk)
    return render(request, "reminders/policy_copy.html", _named(policy) | {"form": form})


@owner_view
def policy_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then makes a policy the business's own."""
    policy = _get(request, pk)
    if request.method == "POST":
        return _done(request, policy, policies.make_default, _("“%(policy)s” is the business's own policy from now on."))
    count = request.business.customers.count() - sum(policies.followers(request.business).values())
    return render(request, "reminders/policy_default.html", _named(policy) | {"count": count})


@owner_view
def policy_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes a policy nobody follows off the list."""
    policy = _get(request, pk)
    if request.method == "POST":
        return _done(request, policy, policies.archive_policy, _("“%(policy)s” is in the archive."))
    count = policies.followers(request.business).get(policy.name, 0)
    return render(request, "reminders/policy_archive.html", _named(policy) | {"count": count})


@owner_view
def policy_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a policy, newest first, with what changed from the one before."""
    policy = _get(request, pk)
    versions = list(_policies(request).filter(name=policy.name).select_related("saved_by").order_by("-version"))
    drafts = [policies.draft_of(version) for version in versions]
    told = [changes(before, after) for after, before in zip(drafts, drafts[1:], strict=False)]
    context = _named(policy) | {
        "versions": list(zip(versions, [*told, []], strict=True)),
        "newest": versions[0],
    }
    return render(request, "reminders/policy_history.html", context)


@owner_view
def policy_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then makes an older version count again."""
    version = _get(request, pk)
    newest = _policies(request).filter(name=version.name).order_by("-version")[0]
    if request.method == "POST":
        policy = policies.restore_version(version=version, actor=request.user)
        words = _("Version %(version)d counts from now on; it says what version %(from)d said.")
        messages.success(request, words % {"version": policy.version, "from": version.version})
        return redirect("policy-history", request.business.slug, policy.pk)
    told = changes(policies.draft_of(newest), policies.draft_of(version))
    return render(request, "reminders/policy_restore.html", _named(version) | {"newest": newest, "changes": told})


@member_view
def customer_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Which policy a customer follows."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    current = [policy for policy in _policies(request) if policy.current]
    chosen = policies.chosen_name(customer)
    form = CustomerPolicyForm(request.POST or None, policies=current, initial={"policy": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            policies.choose_policy(customer=customer, name=form.cleaned_data["policy"], actor=request.user)
        except PolicyError as error:
            form.add_error("policy", str(error))
        else:
            messages.success(request, _("Saved. The next step follows it; what went out stays as it was."))
            return redirect("customer-detail", request.business.slug, customer.pk)
    return render(request, "reminders/policy_customer.html", {"customer": customer, "form": form})


def policy_form(request: HttpRequest, policy: Policy) -> PolicyForm:
    """The form of a policy, with what was sent where something was, and a threshold for each currency in use."""
    used = Invoice.objects.filter(business=request.business).order_by().values_list("currency", flat=True).distinct()
    return PolicyForm(
        request.POST or None,
        draft=policies.draft_of(policy),
        version=policy.version,
        currencies={request.business.currency, *used},
    )


def editor(request: HttpRequest, policy: Policy, form: PolicyForm) -> dict[str, Any]:
    """What the page of the editor shows: the form with the picture of what it says; no picture while something in it is wrong."""
    today = today_of(request)
    lines = None
    if not form.is_bound:
        lines = _lines(request, policies.draft_of(policy), today)
    elif form.is_valid():
        lines = _lines(request, form.drafted(), today)
    steps = [(code, StepCode(code).label) for code in SHOWN]
    rows = [(line, [(code, label, line.on(code), code in line.left_out) for code, label in steps]) for line in lines or ()]
    kind = request.POST.get("pictured_as", "")
    treated = {"segments": [(one, named(one)) for one in CHANGES], "pictured_as": kind, "advice": advice_on(kind)}
    return _named(policy) | {"form": form, "today": today, "steps": steps, "rows": rows, **treated}


def _policies(request: HttpRequest) -> QuerySet[Policy]:
    return Policy.objects.filter(business=request.business).order_by("-is_default", "name", "-version")


def _get(request: HttpRequest, pk: int) -> Policy:
    return get_row(request, Policy.objects.select_related("saved_by", "business"), pk)


def _named(policy: Policy) -> dict[str, Any]:
    return {"policy": policy, "title": policies.title(policy.name)}


def _save(request: HttpRequest, policy: Policy, form: PolicyForm) -> Policy | None:
    """Saves what the form says and tells what became of it; None where somebody else saved since the form was opened."""
    try:
        if form.cleaned_data["version"] != policy.version:
            raise PolicyError(_("Somebody saved this policy in the meantime. Look at it as it is now, then change it again."))
        saved = policies.save_policy(policy=policy, draft=form.drafted(), actor=request.user)
    except PolicyError as error:
        form.add_error(None, str(error))
        return None
    if saved.pk == policy.pk:
        messages.info(request, _("Nothing was changed: version %(version)d stays.") % {"version": policy.version})
    else:
        words = _("Saved as version %(version)d. Steps not taken yet follow it; what went out stays as it was.")
        messages.success(request, words % {"version": saved.version})
    return saved


def _done(request: HttpRequest, policy: Policy, act: Any, words: str) -> HttpResponse:
    """Does it to the policy and says so, or why it cannot be."""
    try:
        act(policy=policy, actor=request.user)
        messages.success(request, words % {"policy": policies.title(policy.name)})
    except PolicyError as error:
        messages.error(request, str(error))
    return redirect("policy-list", request.business.slug)


def _lines(request: HttpRequest, draft: policies.Draft, today: datetime.date) -> list[Any]:
    settings = settings_of(request.business)
    terms = policy_terms(Policy(**draft.fields), draft.steps)
    # Of an unknown segment nothing is changed; of one that is written to, the picture supposes that mails arrive.
    terms = tailored_to(terms, request.POST.get("pictured_as", ""), settings.rules, Means(by_mail=True))
    return draw(Setting(terms, settings.calendar(), settings.rules), today)
