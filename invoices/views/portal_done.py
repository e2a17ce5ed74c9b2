"""Behind the customer's link, after an act: that it is done, and what happens next and when."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from arcollect.filters import day, money
from invoices.disputing import clock
from invoices.portal.opening import Portal, portal_view
from invoices.portal.showing import Shown
from invoices.views.portal_frame import page, shown_by


@portal_view
def portal_done(request: HttpRequest, what: str) -> HttpResponse:
    """After an act: that it is done, and what happens next and when."""
    if what not in DONE:
        raise Http404
    shown = shown_by(request)
    title, following, door = DONE[what](request.portal, shown)
    found = (reverse(door[0], args=[request.portal.token]), door[1]) if door else None
    return page(request, "done", shown=shown, title=title, next=following, door=found)


Told = tuple[str, list[str], tuple[str, str] | None]


def _confirmed(portal: Portal, shown: Shown) -> Told:
    return _("Thank you, it is you."), [_("Go back to the page you came from and press the button again.")], None


def _promised(portal: Portal, shown: Shown) -> Told:
    row = max((one for one in shown.promises if one.state == "open"), key=lambda one: one.pk, default=None)
    if row is None:
        return _("Noted. Thank you."), [], ("portal-pay", _("See the bank details"))
    said = {"amount": money(row.amount, shown.currency), "day": day(row.due_on)}
    following = [
        _("%(amount)s is to be with us by %(day)s.") % said,
        _("Until then we do not remind you of it."),
        _("If something comes in between, tell us before that day: then we find another way."),
    ]
    return _("Noted. Thank you."), following, ("portal-pay", _("See the bank details"))


def _queried(portal: Portal, shown: Shown) -> Told:
    row = max(shown.open_disputes, key=lambda one: one.pk, default=None)
    following = [_("We look into it and do not ask for that part until it is answered.")]
    if row is not None and row.answer_by:
        following.insert(0, _("You hear from us by %(day)s.") % {"day": day(row.answer_by)})
    rest = money(shown.payable, shown.currency)
    door = ("portal-pay", _("Pay the rest")) if shown.payable else None
    following += [_("The rest, %(rest)s, stays due as before.") % {"rest": rest}] if shown.payable else []
    return _("Your question is with us."), following, door


def _paid(portal: Portal, shown: Shown) -> Told:
    by, _close = clock(portal.business, "DUPLICATE", portal.today, portal.business.calendar)
    return _("Thank you for telling us."), [_("We look for your payment and tell you by %(day)s.") % {"day": day(by)}], None


def _call(portal: Portal, shown: Shown) -> Told:
    following = [_("Somebody calls you on the day you chose. On a holiday it is the next working day.")]
    return _("We will call you."), following, None


def _contact(portal: Portal, shown: Shown) -> Told:
    by = day(portal.business.calendar.add(portal.today, 1))
    following = [_("A person looks at it by %(day)s and may call you to make sure.") % {"day": by}]
    return _("Thank you for telling us."), following, None


def _proposed(portal: Portal, shown: Shown) -> Told:
    by = shown.proposed.accept_by if shown.proposed else None
    following = [_("You get our answer by %(day)s.") % {"day": day(by)}] if by else []
    return _("Your proposal is with us."), [*following, _("Until then you need not do anything.")], None


def _signed(portal: Portal, shown: Shown) -> Told:
    ask = shown.ask
    following = [_("The signed agreement comes to you by e-mail. You can also download it here at any time.")]
    if shown.running and ask.by:
        said = {"amount": money(ask.amount, shown.currency), "day": day(ask.by)}
        following.insert(0, _("Your first payment is %(amount)s, by %(day)s.") % said)
    following.append(_("While you keep to it, we do not ask for anything more of these invoices."))
    return _("Signed. Thank you."), following, ("portal-pay", _("See the bank details"))


def _declined(portal: Portal, shown: Shown) -> Told:
    following = [_("We call you to find something that suits you better.")]
    return _("The plan is declined."), following, ("portal-plan", _("Propose something else"))


def _settled(portal: Portal, shown: Shown) -> Told:
    offer = shown.settlement
    said = {"amount": money(offer.amount, shown.currency), "day": day(offer.pay_by)} if offer else {}
    following = [_("%(amount)s is to be in our account by %(day)s. Then everything is settled.") % said] if offer else []
    return _("You accepted our offer."), following, ("portal-pay", _("See the bank details"))


def _unsettled(portal: Portal, shown: Shown) -> Told:
    return _("You declined our offer."), [_("What is open stays open. We get in touch with you.")], None


def _fine(portal: Portal, shown: Shown) -> Told:
    ask = shown.ask
    said = {"amount": money(ask.amount, shown.currency), "day": day(ask.by)}
    following = [_("%(amount)s is due on %(day)s.") % said] if ask.by and not ask.late else []
    door = ("portal-pay", _("See the bank details")) if ask.amount else None
    return _("Thank you. That is good to hear."), following, door


def _wrong(portal: Portal, shown: Shown) -> Told:
    by = day(portal.business.calendar.add(portal.today, 1))
    following = [_("Somebody calls you by %(day)s and puts it right.") % {"day": by}]
    if not shown.payable:
        return _("Thank you for telling us."), following, None
    following.append(_("If part of the invoice should wait until then, name it: we do not ask for it meanwhile."))
    return _("Thank you for telling us."), following, ("portal-query", _("Name the invoice and the part"))


DONE: dict[str, Callable[[Portal, Shown], Told]] = {
    "confirmed": _confirmed,
    "promise": _promised,
    "query": _queried,
    "paid": _paid,
    "call": _call,
    "contact": _contact,
    "fine": _fine,
    "wrong": _wrong,
    "address": _contact,
    "proposal": _proposed,
    "signed": _signed,
    "declined": _declined,
    "settled": _settled,
    "unsettled": _unsettled,
}
