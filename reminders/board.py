"""What the dashboard and the weekly summary say of one currency, in the names their templates use."""

from typing import Any

from django.utils.translation import gettext_lazy as lazy

from customers.models import Business
from reminders.overview import lanes, rests_on, step_results
from reminders.overview_facts import Overview
from reminders.team_figures import read_team

FIGURES = ("dso", "bpdso", "cei", "cei_without_write_offs", "ledger_ratio", "net", "target", "excess")

# The colour of the ledger ratio in a word and its icon (domain.md 2.11).
LIGHTS = {
    "green": ("green", "circle-check", lazy("on target")),
    "amber": ("amber", "alert-circle", lazy("above target")),
    "red": ("red", "alert-triangle", lazy("far above target")),
}


def board(business: Business, view: Overview) -> dict[str, Any]:
    """Figures of this moment and of the last night; without a night what it would say is empty."""
    night, code = view.latest, view.currency
    figures = night.figures if night else {}
    return {
        "currency": code,
        "view": view,
        "standing": view.standing,
        "owed_change": view.owed_change.words(code) if view.owed_change else "",
        "overdue_change": view.overdue_change.words(code) if view.overdue_change else "",
        "night": night,
        "figures": {name: night.read(name) for name in FIGURES} if night else {},
        "kept": {name: night.within("promises").percent(name) for name in ("count_rate", "amount_rate")} if night else {},
        "light": LIGHTS.get(figures.get("light") or ""),
        "target_days": target_days(business),
        "lanes": lanes(figures),
        "steps": step_results(figures),
        "weeks": [(week, rests_on(week, code)) for week in view.weeks],
        "team": read_team(figures),
    }


def target_days(business: Business) -> int:
    """The days to be paid in that the owner aims at: their own, else the usual terms."""
    return business.rules["dso_target"] or business.terms_days
