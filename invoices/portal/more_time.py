"""What who needs more time can still agree behind their link: a day, or payments in parts (domain.md 3.4, 6.2)."""

from dataclasses import dataclass

from invoices.agreeing import takes_promises
from invoices.offering import barred
from invoices.portal.opening import Portal
from invoices.portal.showing import Shown


@dataclass(frozen=True, slots=True)
class MoreTime:
    """`day`: they may name one; `parts`: no plan of theirs stands in the way of another, or one runs and can be spoken about."""

    day: bool = False
    parts: bool = False

    @property
    def any(self) -> bool:
        return self.day or self.parts


def names_day(portal: Portal, shown: Shown) -> bool:
    """Whether a day can be named for what is payable: not while a plan runs, nor of who broke too many promises."""
    return shown.payable > 0 and not shown.running and takes_promises(portal.customer, portal.today)


def more_time(portal: Portal, shown: Shown) -> MoreTime:
    """Of what is payable through the link; a fixed number of queries, none where nothing is payable or a plan runs."""
    if shown.payable <= 0:
        return MoreTime()
    if shown.running:
        return MoreTime(parts=True)
    free = not barred(portal.customer, shown.currency, portal.today, shown.offered)
    return MoreTime(names_day(portal, shown), free)
