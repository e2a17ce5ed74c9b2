"""The only writer of policies: those a business starts with, their versions, and who follows which (domain.md 3.1, 3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers import log
from customers.models import Business, Customer, Event, User
from invoices.models import DraftInvoice
from invoices.models.drafting import DraftState
from reminders.models import Basis, CustomerPolicy, Policy, Step, StepCode

MIN_BALANCE = {"default": "25.00"}
SERVICE_STEPS = (StepCode.VERIFY_AP, StepCode.SATISFACTION)
SERVICE_STEPS_ON = "policy.service_steps_on"

# (code, offset in days, calls, letter, approve first, enabled). Contacts are verified and deliveries followed up once
# invoices are issued from here (`switch_on_service_steps`), or an owner says so; until then there is nothing to go by.
STANDARD = [
    (StepCode.VERIFY_AP, -60, True, "", True, False),
    (StepCode.SATISFACTION, -30, False, "L0", False, False),
    (StepCode.COURTESY, -14, True, "", True, True),
    (StepCode.NOTICE, 1, False, "L1", False, True),
    (StepCode.DAY_30, 30, False, "L30", True, True),
    (StepCode.DAY_60, 60, True, "L60", True, True),
    (StepCode.DAY_90, 90, True, "L90", True, True),
    (StepCode.DECIDE, 104, False, "", True, True),
]


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy we ship: its words, what it counts from, and the steps of STANDARD it leaves out."""

    label: object
    words: object
    basis: str = Basis.DUE
    without: frozenset[str] = frozenset()


PRESETS = {
    "STANDARD": Preset(
        lazy("Standard"), lazy("Counts from the due date: a notice on the first day, then 30, 60 and 90 days after it.")
    ),
    "SEED004_LITERAL": Preset(
        lazy("Counted from the invoice"),
        lazy("30, 60 and 90 days after the invoice date, never before it is due; the 30-day letter is the first one."),
        Basis.INVOICE,
        frozenset({StepCode.NOTICE}),
    ),
}
# What a version consists of, besides its steps.
FIELDS = ("basis", "min_gap_days", "min_balance", "entry_cap")
STEP_FIELDS = ("code", "offset_days", "basis", "enabled", "calls", "letter_code", "channel", "tone", "approve_first")


class PolicyError(ValueError):
    """It cannot be done so; the message says why, in words for the owner."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version is to say: the `FIELDS` of the policy, and its steps, not stored yet."""

    fields: Mapping[str, Any]
    steps: Sequence[Step]


def title(name: str) -> str:
    """What people call the policy of that name: presets in their language, others as the owner named them."""
    return str(PRESETS[name].label) if name in PRESETS else name


def preset_steps(name: str) -> list[Step]:
    """The steps of a preset, not stored yet."""
    without = PRESETS[name].without
    return [
        Step(
            code=code,
            offset_days=offset,
            calls=calls,
            letter_code=letter,
            approve_first=approve,
            enabled=on and code not in without,
        )
        for code, offset, calls, letter, approve, on in STANDARD
    ]


def draft_of(policy: Policy) -> Draft:
    """What a stored version says, as a draft of another."""
    steps = [Step(**{name: getattr(step, name) for name in STEP_FIELDS}) for step in policy.steps.order_by("id")]
    return Draft({name: getattr(policy, name) for name in FIELDS}, steps)


@transaction.atomic
def seed_policies(business: Business) -> Policy:
    """Gives a business its presets, STANDARD as the default; returns the default it has."""
    standard = seed_standard(business)
    for name in PRESETS:
        if not Policy.objects.filter(business=business, name=name).exists():
            add_preset(business=business, name=name)
    return standard


@transaction.atomic
def seed_standard(business: Business) -> Policy:
    """Gives a business its default policy STANDARD; returns the one it has where it was seeded before."""
    existing = Policy.objects.filter(business=business, current=True, is_default=True).first()
    return existing or add_preset(business=business, name="STANDARD", is_default=True)


def add_preset(*, business: Business, name: str, is_default: bool = False, actor: User | None = None) -> Policy:
    """Adds a preset nobody has changed; raises PolicyError where the business has, or had, one of that name."""
    fields = {"basis": PRESETS[name].basis, "min_gap_days": 14, "min_balance": MIN_BALANCE, "entry_cap": StepCode.DAY_60}
    return _add(business, name, Draft(fields, preset_steps(name)), actor, is_default=is_default)


def copy_policy(*, policy: Policy, name: str, actor: User) -> Policy:
    """Adds a policy that says the same under another name, as its version 1. PolicyError where the name is taken."""
    return _add(policy.business, name.strip(), draft_of(policy), actor)


@transaction.atomic
def save_policy(*, policy: Policy, draft: Draft, actor: User) -> Policy:
    """Makes the next version of a policy say what the draft says and returns it; the same policy where nothing changed.

    Older versions stay as they were: reminders point at the one they used. PolicyError where `policy` is not the newest version,
    because somebody else has saved in between.
    """
    newest = _locked(policy)
    if newest.pk != policy.pk:
        raise PolicyError(_("Somebody saved this policy in the meantime. Look at it as it is now, then change it again."))
    if newest.current and _content(draft_of(newest)) == _content(draft):
        return newest
    return _next_version(newest, draft, actor, kind="policy.saved", from_version=newest.version)


@transaction.atomic
def restore_version(*, version: Policy, actor: User) -> Policy:
    """Makes an older version count again, as a new one; also takes a policy out of the archive. Returns what counts now."""
    newest = _locked(version)
    if newest.current and _content(draft_of(newest)) == _content(draft_of(version)):
        return newest
    return _next_version(newest, draft_of(version), actor, kind="policy.restored", from_version=version.version)


@transaction.atomic
def make_default(*, policy: Policy, actor: User) -> None:
    """Lets every customer who follows no policy of their own follow this one. PolicyError where it is in the archive."""
    locked = _locked(policy)
    if not locked.current:
        raise PolicyError(_("This policy is in the archive. Restore it first."))
    if locked.is_default:
        return
    before = Policy.objects.filter(business=locked.business, current=True, is_default=True)
    before_id = before.values_list("pk", flat=True).first()
    before.update(is_default=False)
    Policy.objects.filter(pk=locked.pk).update(is_default=True)
    log.record(locked.business, "policy.made_default", f"policy:{locked.pk}", actor=actor, before=before_id)


@transaction.atomic
def archive_policy(*, policy: Policy, actor: User) -> None:
    """Takes a policy nobody follows off the list; its versions stay. PolicyError where somebody does, or it is the default."""
    locked = _locked(policy)
    if locked.is_default:
        raise PolicyError(_("This is the business's own policy. Make another one the default first."))
    count = followers(locked.business).get(locked.name, 0)
    if count:
        raise PolicyError(_("Customers follow this policy: %(count)d. Let them follow another one first.") % {"count": count})
    if locked.current:
        Policy.objects.filter(pk=locked.pk).update(current=False)
        log.record(locked.business, "policy.archived", f"policy:{locked.pk}", actor=actor, version=locked.version)


@transaction.atomic
def choose_policy(*, customer: Customer, name: str, actor: User) -> None:
    """Lets a customer follow the policy of that name, "" for the business's own. PolicyError where there is none such now."""
    policies = Policy.objects.select_for_update().filter(business=customer.business, current=True)
    chosen = policies.filter(name=name).first() if name else None
    if name and chosen is None:
        raise PolicyError(_("There is no such policy any more. Choose another one."))
    if name == chosen_name(customer):
        return
    if chosen is None:
        CustomerPolicy.objects.filter(customer=customer).delete()
    else:
        CustomerPolicy.objects.update_or_create(
            customer=customer, defaults={"business": customer.business, "policy_name": chosen.name}
        )
    kind = "customer.policy_chosen" if chosen else "customer.policy_reset"
    policy_id = chosen.pk if chosen else None
    log.record(customer.business, kind, f"customer:{customer.pk}", customer=customer, actor=actor, policy_id=policy_id)


@transaction.atomic
def switch_on_service_steps(*, business: Business) -> bool:
    """Has contacts verified and deliveries followed up, in every policy in use, from the first invoice issued here on.

    Once: an owner who switches the steps off again is not overruled. Returns whether it did so now.
    """
    issued = DraftInvoice.objects.filter(business=business, state=DraftState.ISSUED)
    if not issued.exists() or Event.objects.filter(business=business, kind=SERVICE_STEPS_ON).exists():
        return False
    for policy in Policy.objects.filter(business=business, current=True):
        newest = _locked(policy)
        draft = draft_of(newest)
        wanted = [step for step in draft.steps if step.code in SERVICE_STEPS and not step.enabled]
        for step in wanted:
            step.enabled = True
        if wanted:
            _next_version(newest, draft, None, kind="policy.saved", from_version=newest.version)
    log.record(business, SERVICE_STEPS_ON, f"business:{business.pk}")
    return True


def chosen_name(customer: Customer) -> str:
    """The name of the policy this customer follows, "" for the business's own."""
    return CustomerPolicy.objects.filter(customer=customer).values_list("policy_name", flat=True).first() or ""


def followers(business: Business) -> dict[str, int]:
    """How many customers follow a policy of their own, by its name."""
    chosen = CustomerPolicy.objects.filter(business=business).order_by()
    return dict(chosen.values_list("policy_name").annotate(count=Count("pk")))


@transaction.atomic
def _add(business: Business, name: str, draft: Draft, actor: User | None, *, is_default: bool = False) -> Policy:
    """Stores version 1 under a name never used before, not even in the archive."""
    if Policy.objects.filter(business=business, name__iexact=name).exists():
        raise PolicyError(_("There is, or was, a policy of that name. Choose another name."))
    policy = Policy(business=business, name=name, version=1, is_default=is_default, saved_by=actor, **draft.fields)
    _store(policy, draft.steps)
    log.record(business, "policy.created", f"policy:{policy.pk}", actor=actor, version=policy.version)
    return policy


def _next_version(newest: Policy, draft: Draft, actor: User | None, *, kind: str, from_version: int) -> Policy:
    Policy.objects.filter(pk=newest.pk).update(current=False)
    policy = Policy(
        business=newest.business,
        name=newest.name,
        version=newest.version + 1,
        is_default=newest.is_default,
        saved_by=actor,
        **draft.fields,
    )
    _store(policy, draft.steps)
    data = {"version": policy.version, "from_version": from_version}
    log.record(newest.business, kind, f"policy:{policy.pk}", actor=actor, **data)
    return policy


def _store(policy: Policy, steps: Sequence[Step]) -> None:
    policy.save(force_insert=True)
    Step.objects.bulk_create(Step(policy=policy, **{name: getattr(step, name) for name in STEP_FIELDS}) for step in steps)


def _locked(policy: Policy) -> Policy:
    """The newest version under the name of a policy; whoever writes beside us waits."""
    versions = Policy.objects.filter(business=policy.business_id, name=policy.name)
    list(versions.select_for_update().values_list("pk", flat=True))
    latest = versions.aggregate(latest=Max("version"))["latest"]
    return versions.select_related("business").get(version=latest)


def _content(draft: Draft) -> tuple[Any, ...]:
    """All a version says, to be compared with another."""
    steps = sorted(tuple(getattr(step, name) for name in STEP_FIELDS) for step in draft.steps)
    return tuple(draft.fields[name] for name in FIELDS), steps
