"""Writes what a customer answers to the satisfaction letter behind its link (P16): the only writer of Satisfaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Task
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError
from invoices.models import Invoice, Satisfaction
from invoices.models.portal import SatisfactionAnswer
from invoices.portal.acting import put, unconfirmed
from invoices.portal.opening import Portal


@transaction.atomic
def answer(*, portal: Portal, given: SatisfactionAnswer, said: str = "") -> list[Satisfaction]:
    """Keeps the answer for every invoice the letter asked about, and puts on the desk what somebody must do about it.

    It binds nobody, so it needs no code: what is wrong becomes a call the next business day, another address a task to check
    it; nothing on file changes by itself. The same answer again is none. Raises AgreementError in a preview.
    """
    if portal.preview:
        raise AgreementError(_("This is a preview: nothing counts."))
    last = portal.link.satisfactions.first()
    if last is not None and (last.answer, last.said) == (given, said):
        return []
    invoices = _asked_about(portal)
    about = {"business": portal.business, "customer": portal.customer, "link": portal.link, "answer": given, "said": said}
    rows = Satisfaction.objects.bulk_create([Satisfaction(invoice=row, at=portal.now, **about) for row in invoices])
    task = _on_the_desk(portal, given, said, ", ".join(row.number for row in invoices))
    for row in rows:
        facts = {"link": portal.link.pk, "answer": str(given), "invoice": row.invoice_id, **({"task": task.pk} if task else {})}
        log.record(portal.business, "portal.satisfaction", f"invoice:{row.invoice_id}", customer=portal.customer, **facts)
    return rows


def _asked_about(portal: Portal) -> list[Invoice]:
    """The invoices the letter names. Its link shows all that is open, also old ones nobody asked about: that those are as ordered
    must not be on file. All of the link where the letter names none of them."""
    shown = list(portal.link.invoices.order_by("due_on", "pk"))
    letter = portal.link.letter
    named = {line["invoice"] for line in letter.facts.get("lines", ())} if letter else set()
    return [row for row in shown if row.pk in named] or shown


def _on_the_desk(portal: Portal, given: SatisfactionAnswer, said: str, numbers: str) -> Task | None:
    due_on = portal.business.calendar.add(portal.today, 1)
    quoted = f"“{said}”" if said else ""
    if given == SatisfactionAnswer.WRONG:
        words = _("Something is wrong, they say to the letter about %(numbers)s. Ask them, and note the query.")
        lines = [words % {"numbers": numbers}, quoted, unconfirmed(portal)]
        return put(portal, TaskKind.CALLBACK, portal.today, due_on, " ".join(filter(None, lines)))
    if given == SatisfactionAnswer.ADDRESS:
        words = _("The letter about %(numbers)s went to the wrong address, they say. Check it before you change it.")
        lines = [words % {"numbers": numbers}, quoted, unconfirmed(portal)]
        return put(portal, TaskKind.CONTACT_CHANGE, portal.today, due_on, "\n".join(filter(None, lines)))
    return None
