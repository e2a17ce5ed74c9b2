"""Writes words: a business's own texts in their versions, and what a person wrote into one letter before it went."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers import log
from customers.models import Business, Event, Letter, User
from customers.models.letter import LetterState
from reminders.letter_words import source
from reminders.models import Wording
from reminders.outbox import OutboxError

EDITABLE = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED]
# A person's words name days ("by Friday"): so old they are looked at again before they go.
WORDS_KEEP_DAYS = 3
CARRIED_FOR = datetime.timedelta(days=14)
LOOK_AGAIN = lazy("What they owe changed. The words somebody wrote are kept: look whether they still fit.")


def text_of(business: Business, code: str, language: str) -> str:
    """The text in use: the business's own in that language ("de") where there is one, else the one we ship."""
    own = Wording.objects.filter(business=business, code=code, language=language, current=True).values_list("text", flat=True)
    return own.first() or source(code, language)


@transaction.atomic
def save_wording(*, business: Business, code: str, language: str, text: str, by: User | None) -> Wording:
    """Makes `text` the business's own, as a new version; the same text again changes nothing.

    The caller has checked it (reminders/wording_check.py).
    """
    Business.objects.select_for_update().get(pk=business.pk)
    versions = Wording.objects.filter(business=business, code=code, language=language)
    last, current = versions.order_by("-version").first(), versions.filter(current=True).first()
    if current is not None and current.text == text:
        return current
    versions.filter(current=True).update(current=False)
    row = Wording.objects.create(
        business=business, code=code, language=language, version=last.version + 1 if last else 1, text=text, saved_by=by
    )
    log.record(business, "wording.saved", f"wording:{row.pk}", actor=by, **_which(row))
    return row


@transaction.atomic
def reset_wording(*, business: Business, code: str, language: str, by: User | None) -> None:
    """Goes back to the text we ship. Every version is kept and can be restored."""
    Business.objects.select_for_update().get(pk=business.pk)
    current = Wording.objects.filter(business=business, code=code, language=language, current=True).first()
    if current is not None:
        Wording.objects.filter(pk=current.pk).update(current=False)
        log.record(business, "wording.reset", f"wording:{current.pk}", actor=by, **_which(current))


def _which(row: Wording) -> dict[str, str | int]:
    return {"text": row.code, "language": row.language, "version": row.version}


@transaction.atomic
def edit_letter(*, letter: Letter, subject: str, body: str, by: User | None, on: datetime.date) -> None:
    """Gives one letter the words a person wrote, dated `on`; an approved one waits for approval again.

    Its figures, table and payment block still come from its facts. Raises OutboxError where it is on its way or gone.
    """
    _rewrite(letter, subject=subject, body=body, edited=True, written_on=on)
    log.record(letter.business, "letter.edited", f"letter:{letter.pk}", customer=letter.customer, actor=by, on=on.isoformat())


@transaction.atomic
def unedit_letter(*, letter: Letter, by: User | None) -> None:
    """Gives an edited letter its text back; an approved one waits for approval again. Raises OutboxError."""
    _rewrite(letter, subject="", body="", edited=False)
    log.record(letter.business, "letter.unedited", f"letter:{letter.pk}", customer=letter.customer, actor=by)


def _rewrite(letter: Letter, **words: object) -> None:
    mine = Letter.objects.filter(pk=letter.pk)
    again = mine.filter(state=LetterState.APPROVED).update(
        state=LetterState.DRAFT, approved_by=None, approved_at=None, problem="", **words
    )
    if not again and not mine.filter(state__in=EDITABLE).update(problem="", **words):
        raise OutboxError(_("This letter is on its way or gone: its words cannot be changed any more."))


def date_on(letter: Letter, today: datetime.date) -> datetime.date:
    """The date a letter bears that goes out today: what it asks for in a week counts from it, even where a draft is days old.

    Words a person wrote name days of their own and keep the date they were written on.
    """
    return letter.written_on if letter.edited else today


def worn_out(letter: Letter, today: datetime.date) -> str:
    """Why the words a person wrote are not sent as they are any more, "" where they are: their days have moved on."""
    if letter.edited and (today - letter.written_on).days > WORDS_KEEP_DAYS:
        return _("Its words were written days ago and name days: it is written anew.")
    return ""


def carry_over(letters: Sequence[Letter], today: datetime.date) -> None:
    """Gives unsaved letters the words a person wrote into the one they replace, as drafts marked for another look.

    The sums may have changed since, so they never go by themselves; what was sent, or cancelled by a person, is no source.
    """
    edited = _withdrawn_edits({letter.customer_id for letter in letters}, today)
    for letter in letters:
        old = edited.get((letter.customer_id, letter.currency, letter.code))
        if old is None:
            continue
        letter.subject, letter.body, letter.edited = old.subject, old.body, True
        letter.problem = str(LOOK_AGAIN)
        if letter.state == LetterState.APPROVED:
            letter.state = LetterState.DRAFT


def _withdrawn_edits(customer_ids: Iterable[int], today: datetime.date) -> dict[tuple[int, str, str], Letter]:
    """The edited letters taken back lately as no longer true, the latest of each customer, currency and code."""
    edited = Letter.objects.filter(customer__in=list(customer_ids), edited=True, state=LetterState.CANCELLED)
    rows = list(edited.only("customer_id", "currency", "code", "subject", "body", "edited").order_by("id"))
    told = Event.objects.filter(
        kind="letter.withdrawn",
        subject__in=[f"letter:{row.pk}" for row in rows],
        data__on__gt=(today - CARRIED_FOR).isoformat(),
    )
    withdrawn = set(told.values_list("subject", flat=True)) if rows else set()
    return {(row.customer_id, row.currency, row.code): row for row in rows if f"letter:{row.pk}" in withdrawn}
