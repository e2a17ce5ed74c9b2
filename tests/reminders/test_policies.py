"""The policies of a business: versions that stay, one default, and who follows which."""

import pytest

from customers.models import Event
from reminders import policies
from reminders.models import CustomerPolicy, Policy, Reminder, Step
from reminders.nightly import escalate
from reminders.policies import Draft, PolicyError, draft_of
from reminders.policy_changes import changes
from tests import make


@pytest.fixture
def standard(business) -> Policy:
    return Policy.objects.get(business=business)


def changed(policy: Policy, code: str = "30", **fields: object) -> Draft:
    """What the policy says, with one step changed."""
    draft = draft_of(policy)
    for step in draft.steps:
        if step.code == code:
            for name, value in fields.items():
                setattr(step, name, value)
    return draft


def test_a_new_business_has_both_presets(business):
    own = policies.seed_policies(business)
    found = Policy.objects.filter(business=business, current=True).order_by("id")
    assert [(policy.name, policy.basis, policy.is_default) for policy in found] == [
        ("STANDARD", "DUE", True),
        ("SEED004_LITERAL", "INVOICE", False),
    ]
    assert own.name == "STANDARD"
    assert not found[1].steps.get(code="NOTICE").enabled
    assert policies.seed_policies(business) == own
    assert found.count() == 2


def test_saving_makes_a_version_and_keeps_the_old_one(business, owner, standard):
    saved = policies.save_policy(policy=standard, draft=changed(standard, offset_days=45), actor=owner)
    standard.refresh_from_db()
    assert (saved.version, saved.current, saved.is_default, saved.saved_by) == (2, True, True, owner)
    assert (standard.current, standard.steps.get(code="30").offset_days) == (False, 30)
    assert saved.steps.get(code="30").offset_days == 45
    assert saved.steps.count() == standard.steps.count()
    event = Event.objects.get(kind="policy.saved")
    assert (event.subject, event.actor, event.data) == (f"policy:{saved.pk}", owner, {"version": 2, "from_version": 1})


def test_what_was_fired_stays_with_the_version_it_used(business, owner, standard, acme):
    make.contact(acme)
    make.invoice(acme, issued="2026-01-15", due="2026-02-14")
    escalate(business, make.day("2026-02-16"))
    saved = policies.save_policy(policy=standard, draft=changed(standard, offset_days=20), actor=owner)
    escalate(business, make.day("2026-03-06"))
    assert [(fired.step, fired.policy_id) for fired in Reminder.objects.order_by("id")] == [
        ("NOTICE", standard.pk),
        ("30", saved.pk),
    ]


def test_the_same_again_saves_nothing(owner, standard):
    assert policies.save_policy(policy=standard, draft=draft_of(standard), actor=owner) == standard
    assert Policy.objects.count() == 1
    assert not Event.objects.filter(kind="policy.saved").exists()


def test_who_looked_at_an_older_version_does_not_overwrite_the_newer_one(owner, standard):
    policies.save_policy(policy=standard, draft=changed(standard, offset_days=45), actor=owner)
    with pytest.raises(PolicyError, match="in the meantime"):
        policies.save_policy(policy=standard, draft=changed(standard, offset_days=50), actor=owner)
    assert Step.objects.filter(code="30", offset_days=50).count() == 0


def test_an_older_version_is_restored_as_a_new_one(owner, standard):
    policies.save_policy(policy=standard, draft=changed(standard, offset_days=45), actor=owner)
    restored = policies.restore_version(version=standard, actor=owner)
    assert (restored.version, restored.current, restored.steps.get(code="30").offset_days) == (3, True, 30)
    assert Policy.objects.filter(current=True).count() == 1
    assert Event.objects.get(kind="policy.restored").data == {"version": 3, "from_version": 1}


def test_a_copy_says_the_same_under_its_own_name(owner, standard):
    copy = policies.copy_policy(policy=standard, name=" Public authorities ", actor=owner)
    assert (copy.name, copy.version, copy.is_default, copy.current) == ("Public authorities", 1, False, True)
    assert changes(draft_of(standard), draft_of(copy)) == []


@pytest.mark.parametrize("name", ["STANDARD", "standard"])
def test_a_name_is_used_once(owner, standard, name):
    with pytest.raises(PolicyError, match="of that name"):
        policies.copy_policy(policy=standard, name=name, actor=owner)


def test_another_policy_becomes_the_default_and_everybody_is_looked_at_again(business, owner, standard, acme):
    """Sixteen days after the invoice the literal policy asks for nothing, the standard one does two days past net 14."""
    literal = policies.add_preset(business=business, name="SEED004_LITERAL")
    make.contact(acme)
    make.invoice(acme, issued="2026-01-15", due="2026-01-29")
    policies.make_default(policy=literal, actor=owner)
    escalate(business, make.day("2026-02-02"))
    assert not Reminder.objects.exists()
    policies.make_default(policy=standard, actor=owner)
    escalate(business, make.day("2026-02-02"))
    assert Reminder.objects.get().policy == standard
    assert Policy.objects.get(is_default=True) == standard
    assert Event.objects.filter(kind="policy.made_default").count() == 2


def test_a_policy_nobody_follows_goes_to_the_archive_and_comes_back(business, owner, standard):
    literal = policies.add_preset(business=business, name="SEED004_LITERAL")
    policies.archive_policy(policy=literal, actor=owner)
    literal.refresh_from_db()
    assert not literal.current
    with pytest.raises(PolicyError, match="Restore it first"):
        policies.make_default(policy=literal, actor=owner)
    assert policies.restore_version(version=literal, actor=owner).version == 2


def test_the_default_is_not_archived(owner, standard):
    with pytest.raises(PolicyError, match="own policy"):
        policies.archive_policy(policy=standard, actor=owner)


def test_a_policy_somebody_follows_is_not_archived(business, owner, acme):
    literal = policies.add_preset(business=business, name="SEED004_LITERAL")
    policies.choose_policy(customer=acme, name="SEED004_LITERAL", actor=owner)
    with pytest.raises(PolicyError, match="follow this policy: 1"):
        policies.archive_policy(policy=literal, actor=owner)


def test_a_customer_follows_a_policy_of_their_own_and_leaves_it(business, owner, standard, acme):
    policies.add_preset(business=business, name="SEED004_LITERAL")
    policies.choose_policy(customer=acme, name="SEED004_LITERAL", actor=owner)
    policies.choose_policy(customer=acme, name="SEED004_LITERAL", actor=owner)
    assert policies.chosen_name(acme) == "SEED004_LITERAL"
    assert policies.followers(business) == {"SEED004_LITERAL": 1}
    policies.choose_policy(customer=acme, name="", actor=owner)
    assert not CustomerPolicy.objects.exists()
    kinds = acme.events.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["customer.policy_chosen", "customer.policy_reset"]


def test_a_customer_does_not_follow_what_is_not_there(owner, standard, acme):
    with pytest.raises(PolicyError, match="no such policy"):
        policies.choose_policy(customer=acme, name="NICER", actor=owner)


def test_what_changed_in_words():
    """Pure: two drafts in, one line a change out, in the order of the page."""
    fields = {"basis": "DUE", "min_gap_days": 14, "min_balance": {"default": "25.00"}, "entry_cap": "60"}
    steps = policies.preset_steps("STANDARD")
    after = policies.preset_steps("STANDARD")
    by_code = {step.code: step for step in after}
    by_code["30"].offset_days, by_code["30"].channel, by_code["90"].tone = 45, "post", "firm"
    by_code["COURTESY"].enabled = False
    new = fields | {"basis": "INVOICE", "min_gap_days": 7, "min_balance": {"default": "25.00", "USD": "40.00"}}
    assert changes(Draft(fields, steps), Draft(new, after)) == [
        "Counts: Days after the due date → Days after the invoice date",
        "Gap between letters: 14 days → 7 days",
        "Smallest sum worth a letter: as for all others in USD → $40.00",
        "Courtesy call, switched: on → off",
        "30 days, days: 30 → 45",
        "30 days, goes by: as the customer wants it → Post",
        "90 days, tone: As the reason for the delay asks for → Always firm",
    ]
