"""The policies a business starts with (domain.md 3.1, 3.2)."""

from django.db import transaction

from customers import log
from customers.models import Business
from reminders.models import Policy, Step, StepCode

MIN_BALANCE = {"default": "25.00"}

# (code, offset in days, calls, letter, approve first, enabled). Contacts are verified and deliveries followed up once
# invoices are issued from here; until then the two first steps have nothing to go by.
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


@transaction.atomic
def seed_standard(business: Business) -> Policy:
    """Gives a business its default policy STANDARD; returns the one it has where it was seeded before."""
    existing = Policy.objects.filter(business=business, current=True, is_default=True).first()
    if existing is not None:
        return existing
    policy = Policy.objects.create(business=business, name="STANDARD", is_default=True, min_balance=MIN_BALANCE)
    Step.objects.bulk_create(
        Step(policy=policy, code=code, offset_days=offset, calls=calls, letter_code=letter, approve_first=approve, enabled=on)
        for code, offset, calls, letter, approve, on in STANDARD
    )
    log.record(business, "policy.created", f"policy:{policy.pk}", name=policy.name, version=policy.version)
    return policy
