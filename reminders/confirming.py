"""Writes what goes to a customer after a call: the letter that waited for it, or a confirmation of what was agreed (P18)."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Conversation, Customer, Letter, Task
from customers.models.customer import Channel
from customers.models.desk import Outcome, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders.cases import NOTHING, Case, case_in
from reminders.confirmations import (
    SILENT,
    agreed_on,
    call_facts,
    currencies_of,
    effects_of,
    fallen,
    over,
    restated,
    stated,
    worth_writing,
)
from reminders.facts import cases_of, settings_of
from reminders.issuing import mail_contacts
from reminders.models import Reminder, Step
from reminders.outbox import cancel, open_review, withdraw
from reminders.sweeping import bring_up_to_date, outlived
from reminders.wordings import LOOK_AGAIN


@transaction.atomic
def write_up(*, conversation: Conversation, task: Task | None, today: datetime.date) -> list[Letter]:
    """The drafts a call brings, each with a task to look at it; none while the task of the call goes on.

    Nobody reached: what waited for the call says so. Somebody reached: what waited says what was agreed, or, where nothing
    of it is left to ask for, gives way to a confirmation; so does a call no letter waited for, where something was agreed.
    """
    if conversation.outcome != Outcome.REACHED:
        over_now = task is not None and Task.objects.filter(pk=task.pk).exclude(state=TaskState.OPEN).exists()
        return [_say_nobody(letter, conversation, today) for letter in _waiting(task)] if over_now else []
    customer = Customer.objects.select_related("business").get(pk=conversation.customer_id)
    cases = cases_of(customer.business, [customer], settings_of(customer.business), today).get(customer.pk, [])
    waiting = [_say_agreed(letter, conversation, case_in(cases, letter.currency), today) for letter in _waiting(task)]
    letters = [letter for letter in waiting if letter is not None]
    if SILENT & effects_of(conversation) or not customer.business.rules["confirm_calls"]:
        return letters
    told = {letter.currency for letter in letters}
    for place, currency in enumerate(currencies_of(conversation, task, cases)):
        case = case_in(cases, currency)
        if case and not case.block and currency not in told:
            agreed = agreed_on(conversation, currency, today, leads=place == 0)
            if worth_writing(agreed):
                letters.append(_confirm(customer, conversation, case, stated(case, agreed, today), today))
    return letters


@transaction.atomic
def write_anew(*, letter: Letter, today: datetime.date) -> Letter | None:
    """A confirmation taken back as no longer true, with what stands today; None where nothing of it does."""
    customer = Customer.objects.select_related("business").get(pk=letter.customer_id)
    cases = cases_of(customer.business, [customer], settings_of(customer.business), today).get(customer.pk, [])
    case = case_in(cases, letter.currency)
    if case is None or case.block or fallen(letter) or over(letter, case, today):
        return None
    words = {"subject": letter.subject, "body": letter.body, "edited": True, "problem": str(LOOK_AGAIN)} if letter.edited else {}
    return _confirm(customer, letter.conversation, case, restated(letter, case, today), today, words)


def _waiting(task: Task | None) -> list[Letter]:
    if task is None:
        return []
    letters = Letter.objects.select_for_update(of=("self",)).filter(waits_for=task, state=LetterState.WAITING_FOR_CALL)
    return list(letters.select_related("business", "customer"))


def _say_nobody(letter: Letter, conversation: Conversation, today: datetime.date) -> Letter:
    """A draft, or, of a step whose letter goes by itself, one that may go."""
    letter.facts["call"] = call_facts(conversation, reached=False)
    if not _goes_by_itself(letter):
        return _drafted(letter, today)
    letter.state = LetterState.APPROVED
    letter.save(update_fields=["facts", "state"])
    return letter


def _goes_by_itself(letter: Letter) -> bool:
    """Whether the step of the letter needs nobody's approval: a notice that only waited for its call (domain.md 5)."""
    steps = Step.objects.filter(policy__in=letter.reminders.values("policy"), code=letter.facts["step"])
    return steps.filter(approve_first=False).exists()


def _say_agreed(letter: Letter, conversation: Conversation, case: Case | None, today: datetime.date) -> Letter | None:
    """The waiting letter as a draft that says what was agreed; None where it must not be written, or nothing is left to ask.

    Under a flag it is taken back with its step, which comes again when the flag ends, without a second call.
    """
    letter.facts["call"] = call_facts(conversation, reached=True)
    letter.save(update_fields=["facts"])
    if case and case.blocked_for(letter.code):
        withdraw(letter=letter, reason=case.blocked_for(letter.code), on=today)
        return None
    rows = {row.id: row for row in case.invoices} if case else {}
    owed = {line["invoice"]: rows[line["invoice"]].askable(today) for line in letter.facts["lines"] if line["invoice"] in rows}
    covered = case is None or sum(owed.values(), NOTHING) <= case.unapplied or outlived(letter, owed)
    if covered or SILENT & effects_of(conversation):
        Reminder.objects.filter(letter=letter, completed_on=None).update(completed_on=today)
        words = _("After the call nothing of it is left to ask for.") if covered else _("After this call nothing is written.")
        cancel(letter=letter, reason=words, by=conversation.by, on=today)
        return None
    agreed = agreed_on(conversation, letter.currency, today, leads=True)
    letter.facts |= {"agreed": agreed} | ({"promise": agreed["promises"][0]} if agreed["promises"] else {})
    bring_up_to_date(letter, case, rows, today)
    return _drafted(letter, today)


def _drafted(letter: Letter, today: datetime.date) -> Letter:
    letter.state = LetterState.DRAFT
    letter.save(update_fields=["facts", "state"])
    open_review(letter, today)
    return letter


def _confirm(
    customer: Customer,
    conversation: Conversation,
    case: Case,
    facts: Mapping[str, object],
    today: datetime.date,
    words: Mapping[str, object] | None = None,
) -> Letter:
    """Drafts an LCALL; it asks for nothing, so its own total is nothing. `words`: what somebody wrote into the one before."""
    letter = Letter.objects.create(
        business=customer.business,
        customer=customer,
        contact=mail_contacts([customer.pk]).get(customer.pk),
        code=LetterCode.LCALL,
        state=LetterState.DRAFT,
        channel=Channel.EMAIL if case.represented else customer.channel,
        currency=case.currency,
        language=customer.language or customer.business.language,
        written_on=today,
        facts={**facts, "call": call_facts(conversation, reached=True)},
        conversation=conversation,
        **(words or {}),
    )
    subject = f"letter:{letter.pk}"
    log.record(
        customer.business, "letter.confirms", subject, customer=customer, actor=conversation.by, conversation=conversation.pk
    )
    open_review(letter, today)
    return letter
