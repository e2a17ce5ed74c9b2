"""The weekly summary: the dashboard in words, by e-mail, once a week to each owner who wants it."""

import datetime
import logging
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from arcollect.mail import send_weekly_summary
from arcollect.reader import reading_in
from customers.models import Business, Membership
from customers.models.business import Role
from invoices.counted import changed_since_counted
from invoices.models import Invoice
from reminders.board import board
from reminders.models import Run
from reminders.overview_facts import overview
from reminders.owner_decisions import decisions
from reminders.standing import standings_with
from reminders.watching import worrying

logger = logging.getLogger(__name__)

WORRIES = 5


def scheduled_on(business: Business, now: datetime.datetime) -> datetime.date | None:
    """The day of the newest summary that should have gone out by `now`; None where the business is younger than that.

    A machine that slept over the hour sends it late, and of several weeks only the last.
    """
    rule, local = business.rules["weekly_summary"], now.astimezone(ZoneInfo(business.time_zone))
    back = (local.weekday() - rule["weekday"]) % 7
    if back == 0 and local.hour < rule["hour"]:
        back = 7
    on = local.date() - datetime.timedelta(days=back)
    return on if business.local_date(business.created_at) <= on else None


def recipients(business: Business) -> list[Membership]:
    """The owners who did not say that they want none."""
    owners = business.memberships.filter(role=Role.OWNER, weekly_summary=True, user__is_active=True)
    return list(owners.select_related("user").order_by("pk"))


def send_weekly(run: Run, now: datetime.datetime) -> None:
    """Mails the summary to everybody who did not get that of this run, and notes in it whom it could not reach.

    Who it goes to is written down before it goes: a machine that dies in between sends nobody two. Nothing is sent of a ledger
    in which nothing is open.
    """
    business, run.summary["failed"] = run.business, []
    todo = [one for one in recipients(business) if one.user_id not in run.summary.get("sent", [])]
    if not todo or not Invoice.objects.filter(business=business, balance__gt=0).exists():
        return
    language = business.language if business.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with override(language), reading_in(business.country, business.time_zone):
        said = summary(business, now)
        for member in todo:
            _send(run, member, said)


def _send(run: Run, member: Membership, said: Mapping[str, Any]) -> None:
    sent = run.summary.get("sent", [])
    run.summary["sent"] = [*sent, member.user_id]
    run.save(update_fields=["summary"])
    try:
        send_weekly_summary(to=member.user.email, reply_to=run.business.email, said=said)
    except OSError as problem:
        logger.warning("The weekly summary of business %s did not leave: %s", run.business_id, problem)
        run.summary |= {"sent": sent, "failed": [*run.summary["failed"], member.user_id]}
        run.save(update_fields=["summary"])


def summary(business: Business, now: datetime.datetime) -> dict[str, Any]:
    """What the mail says: each currency as the dashboard has it, what waits for the owner, whom to watch, and where to go."""
    today = business.local_date(now)
    changed = changed_since_counted(business, today)
    found = [overview(business, one, today, changed) for one in standings_with(business, today, changed)]
    return {
        "business": business.name,
        "today": today,
        "accounts": [board(business, one) for one in found],
        "decisions": decisions(business, today),
        "worries": worrying(business, today, WORRIES),
        "link": f"{settings.BASE_URL}{reverse('dashboard', args=[business.slug])}",
        "setting": f"{settings.BASE_URL}{reverse('dashboard-summary', args=[business.slug])}",
    }
