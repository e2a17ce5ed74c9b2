"""Writes the account the business is paid on: a change of it takes two people, for who can change it alone can take the money.

Where nobody else is a member, who asked confirms it again a day later: time to see a stranger's log-in, or one's own mistake.
"""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import close_about, open_task
from customers.models import AccountChange, Business, User
from customers.models.desk import TaskKind

BANK_FIELDS = ("account_holder", "bank_name", "iban", "bic", "account_details", "payment_link")
# One of these tells a customer where to pay.
TELLING = ("iban", "account_details", "payment_link")
ALONE_FOR = datetime.timedelta(hours=24)


class AccountError(ValueError):
    """The change cannot be confirmed or dropped; the message says why."""


def has_account(business: Business) -> bool:
    """Whether customers are told an account to pay to already: only then is another one a change that two must agree to."""
    return any(getattr(business, name).strip() for name in TELLING)


@transaction.atomic
def ask_change(*, business: Business, values: Mapping[str, str], actor: User, now: datetime.datetime) -> AccountChange:
    """Keeps other bank details until a second person agrees; one that waited is dropped for it. The old ones count meanwhile."""
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    for former in AccountChange.objects.filter(business=business, confirmed_at=None, dropped_at=None):
        drop_change(change=former, actor=actor, now=now)
    others = business.memberships.exclude(user=actor).order_by("pk")
    members = list(others.values_list("user_id", flat=True))
    change = AccountChange.objects.create(business=business, values=dict(values), members=members, asked_by=actor, asked_at=now)
    today = business.local_date(now)
    open_task(
        business=business,
        kind=TaskKind.BANK,
        subject=f"account:{change.pk}",
        opens_on=today,
        due_on=business.calendar.add(today, 1),
        reason=_("Other bank details were entered. They count once a second person has confirmed them."),
        actor=actor,
    )
    log.record(business, "account.change_asked", f"account:{change.pk}", actor=actor, fields=sorted(values))
    return change


def refusal(change: AccountChange, user: User, now: datetime.datetime) -> str:
    """Why this person cannot confirm the change now, or "".

    Only who was a member when it was asked for counts: else who asked could bring their own second person.
    """
    if not change.is_open:
        return _("This change is settled already.")
    still = set(change.business.memberships.filter(user__in=change.members).values_list("user_id", flat=True))
    if user.pk in still:
        return ""
    if user.pk != change.asked_by_id:
        return _("Only who was a member when the change was asked for can confirm it.")
    if still:
        return _("Somebody else must confirm what you changed.")
    if now < change.asked_at + ALONE_FOR:
        return _("You are alone here: look at it again after a day, then confirm it.")
    return ""


@transaction.atomic
def confirm_change(*, change: AccountChange, actor: User, now: datetime.datetime) -> None:
    """The new details count from this commit, on letters, invoices and the customer's pages. Raises AccountError."""
    stored = AccountChange.objects.select_for_update().select_related("business").get(pk=change.pk)
    problem = refusal(stored, actor, now)
    if problem:
        raise AccountError(problem)
    AccountChange.objects.filter(pk=stored.pk).update(confirmed_by=actor, confirmed_at=now)
    Business.objects.filter(pk=stored.business_id).update(**{name: stored.values[name] for name in stored.values})
    _settled(stored, "account.changed", _("The new details count."), actor, now)


@transaction.atomic
def drop_change(*, change: AccountChange, actor: User, now: datetime.datetime) -> None:
    """The old details stay. Any member may say so. Raises AccountError for a change that is settled."""
    open_ones = AccountChange.objects.filter(pk=change.pk, confirmed_at=None, dropped_at=None)
    if not open_ones.update(dropped_by=actor, dropped_at=now):
        raise AccountError(_("This change is settled already."))
    _settled(change, "account.change_dropped", _("The old details stay."), actor, now)


def _settled(change: AccountChange, kind: str, words: str, actor: User, now: datetime.datetime) -> None:
    business, subject = change.business, f"account:{change.pk}"
    close_about(business=business, subject=subject, outcome=words, on=business.local_date(now), by=actor)
    log.record(business, kind, subject, actor=actor, fields=sorted(change.values), asked_by=change.asked_by_id)
