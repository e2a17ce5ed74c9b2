"""Refuses to start with job settings under which work would be done twice or for ever (stack.md 3, T02, T03)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from reminders.mailbox import problem_with


@register()
def job_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Each rule with what goes wrong without it."""
    jobs = settings.Q_CLUSTER
    rules = [
        (jobs.get("timeout", 0) > 0, "timeout must be set: a hung job would block its worker for good."),
        (
            jobs["retry"] > (jobs["queue_limit"] / jobs["workers"] + 2) * jobs["timeout"],
            "retry must be far above timeout: a slow job would be started a second time.",
        ),
        (jobs["queue_limit"] == jobs["workers"], "queue_limit must equal workers: prefetched jobs would run twice."),
        (jobs["max_attempts"] == 1, "max_attempts must be 1: a failing job would be retried for ever."),
        (jobs["catch_up"] is False, "catch_up must be off: after downtime every missed tick would run."),
        (jobs["orm"] == "default", "the queue must live in the data's database: a rollback must take its jobs along."),
    ]
    return [Error(f"Q_CLUSTER: {text}", id=f"arcollect.E{number:03}") for number, (ok, text) in enumerate(rules, 1) if not ok]


@register()
def mailbox_url(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """A mailbox that can never be read is told at the start, not by bounces nobody sees."""
    problem = problem_with(settings.MAILBOX_URL)
    return [Error(problem, id="arcollect.E101")] if problem else []
