"""The curve of a debt-reduction plan: planned and in fact (domain.md 5.4). Pure."""

from django.utils.translation import gettext as _

from arcollect.filters import brief, money
from reminders.charts import Chart, Series
from reminders.reduction import Reduction


def curve(view: Reduction) -> Chart:
    """Week by week what was planned and what was owed in fact, where it was counted."""
    told = {
        "start": money(view.weeks[0].week.planned, view.currency),
        "target": money(view.weeks[-1].week.planned, view.currency),
    }
    words = _("Lines: planned from %(start)s down to %(target)s in %(n)d weeks; today %(owed)s is owed.")
    return Chart(
        key="reduction",
        kind="line",
        head=_("Week"),
        labels=[brief(row.week.on) for row in view.weeks],
        series=[
            Series(_("Planned"), [row.week.planned for row in view.weeks], "bar-3", dashed=True),
            Series(_("In fact"), [row.week.actual for row in view.weeks], "bar-2"),
        ],
        said=words % {**told, "n": len(view.weeks) - 1, "owed": money(view.owed, view.currency)},
        currency=view.currency,
    )
