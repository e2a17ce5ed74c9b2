"""What the frame around every page needs: the rooms of the side bar, where we are, and the businesses to switch to."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """A door in the side bar. `areas`: first words of the names of the addresses that lie behind it.

    `often=False`: on a phone, whose bar has room for five, it is behind "More".
    """

    door: str
    label: object
    icon: str
    areas: frozenset[str]
    owner_only: bool = False
    often: bool = True


ROOMS = [
    Room("dashboard", _("Dashboard"), "layout-dashboard", frozenset({"dashboard"})),
    Room("task-list", _("Desk"), "headset", frozenset({"task", "call", "dispute", "promise", "claim"})),
    Room(
        "customer-list",
        _("Customers"),
        "users",
        frozenset({"customer", "contact", "payment", "credit", "conversation", "link", "watch"}),
    ),
    Room("invoice-list", _("Invoices"), "file-invoice", frozenset({"invoice", "interest", "preflight", "draft"})),
    Room("plan-list", _("Plans"), "calendar-repeat", frozenset({"plan", "settlement"}), often=False),
    Room(
        "money-in",
        _("Money in"),
        "cash-banknote",
        frozenset({"money", "bank", "refund", "small", "import", "einvoice", "sync", "conflict"}),
        often=False,
    ),
    Room("letter-list", _("Letters"), "mail", frozenset({"letter"})),
    Room("report-list", _("Reports"), "chart-bar", frozenset({"report", "reduction"}), often=False),
    Room(
        "settings",
        _("Settings"),
        "settings",
        frozenset({"settings", "member", "policy", "wording", "calltext", "rate"}),
        owner_only=True,
        often=False,
    ),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """`rooms` as label, icon, address, current and often; `more_current`: whether we are in one of those not often gone to;
    `memberships`, which only a page that shows them reads."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    area = request.resolver_match.url_name.partition("-")[0]
    rooms = [
        {
            "label": room.label,
            "icon": room.icon,
            "address": reverse(room.door, args=[request.business.slug]),
            "current": area in room.areas,
            "often": room.often,
        }
        for room in ROOMS
        if membership.is_owner or not room.owner_only
    ]
    others = request.user.memberships.select_related("business").order_by("business__name")
    more = any(room["current"] and not room["often"] for room in rooms)
    return {"rooms": rooms, "more_current": more, "memberships": others}
