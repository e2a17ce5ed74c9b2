"""The debt-reduction plan as a PDF for the meeting of the team: how far we are, who does what, what the owner decides (P11)."""

from collections.abc import Sequence
from functools import cache

from django.template.loader import get_template
from django.utils.translation import get_language

from arcollect.addresses import paper_for
from arcollect.pdf import TYPEFACE, render_pdf
from customers.models import Business
from reminders.drawing import drawn
from reminders.reduction import HardCase, LaneWork, Reduction, cases_left_out
from reminders.reduction_chart import curve


def paper(business: Business, view: Reduction, lanes: Sequence[LaneWork], cases: Sequence[HardCase]) -> bytes:
    """The plan of one currency, with room beside each debt to write down who takes it and by when."""
    chart = curve(view) if view.plan else None
    context = {
        "business": business,
        "view": view,
        "drawing": drawn(chart) if chart else None,
        "typeface": TYPEFACE,
        "said": chart.said if chart else "",
        "lanes": lanes,
        "cases": cases,
        "cases_left_out": cases_left_out(lanes, cases),
        "paper": paper_for(business.country).lower(),
        "language": get_language() or "en",
    }
    return render_pdf(get_template("reminders/reduction_paper.html").render(context), stylesheet=_stylesheet())


@cache
def _stylesheet() -> str:
    return get_template("reminders/print_cover.css").render() + get_template("reminders/reduction_paper.css").render()
