"""The texts of letters and of the e-mail around them: the owner's own, in versions; and the words of one letter."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST
from markupsafe import Markup

from customers.access import get_row, member_view, owner_view
from customers.models import Letter
from customers.models.letter import LetterCode
from customers.views.clock import today_of
from reminders.correspondence import facts_of
from reminders.forms.wording import LetterWordsForm, WordingForm, in_words
from reminders.letter_words import MAIL, TEXT_CODES, fields_of, languages, merge_values, source
from reminders.letters import compose, compose_mail
from reminders.letters import render as render_letter
from reminders.liquid_text import WordingError
from reminders.models import Wording
from reminders.outbox import OutboxError
from reminders.rendering import composed, composed_anew
from reminders.wording_check import Threat, check, threats
from reminders.wording_preview import choosable, facts_for, samples
from reminders.wordings import EDITABLE, edit_letter, reset_wording, save_wording, text_of, unedit_letter

NAMES = {code.value: code.label for code in LetterCode} | {MAIL: lazy("E-mail around a letter")}
SYNTAX = lazy(
    "Write {{ amount }} and the letter says the amount. Words between {% if received %} and {% endif %} stand there only where "
    "the field holds something."
)
LANGUAGES = {"en": lazy("English"), "de": lazy("German"), "es": lazy("Spanish")}


@owner_view
def wording_list(request: HttpRequest) -> HttpResponse:
    """Every text by code and language: ours, or the business's own with its version."""
    own = {(row.code, row.language): row for row in _own(request).filter(current=True).select_related("saved_by")}
    kept = set(_own(request).values_list("code", "language"))
    rows = [
        (
            code,
            NAMES[code],
            [(language, LANGUAGES[language], own.get((code, language)), (code, language) in kept) for language in LANGUAGES],
        )
        for code in TEXT_CODES
    ]
    return render(request, "reminders/wording_list.html", {"rows": rows, "business_language": request.business.language})


@owner_view
def wording_edit(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The editor of one text: saves a new version, or shows what it would say; with its fields and what they hold."""
    _refuse_unknown(code, language)
    form = _form(request, code, language)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        text = form.cleaned_data["text"]
        save_wording(business=request.business, code=code, language=language, text=text, by=request.user)
        messages.success(request, _("Saved. Letters not sent yet say so from now on."))
        _warn(request, form.threats)
        return redirect("wording-edit", request.business.slug, code, language)
    if form.is_bound:
        _warn(request, form.threats)
    context = _named(request, code, language) | {
        "form": form,
        "fields": _explained(form),
        "preview": _preview(request, form, language),
    }
    return render(request, "reminders/wording_edit.html", context)


@owner_view
@require_POST
def wording_pdf(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """What stands in the editor as the letter it would be; saves nothing."""
    _refuse_unknown(code, language)
    form = _form(request, code, language)
    if code == MAIL or not form.is_valid():
        context = _named(request, code, language) | {"form": form, "fields": _explained(form), "preview": None}
        return render(request, "reminders/wording_edit.html", context)
    facts = facts_for(form.cleaned_data["customer"], request.business, code, language, today_of(request))
    pdf = render_letter(facts, compose(facts, form.cleaned_data["text"]))
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{code}.pdf"'})


@owner_view
def wording_reset(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Asks, then goes back to the text we ship; the own versions stay and can be restored."""
    _refuse_unknown(code, language)
    if request.method == "POST":
        reset_wording(business=request.business, code=code, language=language, by=request.user)
        messages.success(request, _("Our text is used again. Your versions are kept: restore one to undo this."))
        return redirect("wording-history", request.business.slug, code, language)
    context = _named(request, code, language) | {"text": source(code, language)}
    return render(request, "reminders/wording_reset.html", context)


@owner_view
def wording_history(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The versions of one text, newest first."""
    _refuse_unknown(code, language)
    versions = _own(request).filter(code=code, language=language).select_related("saved_by").order_by("-version")
    return render(request, "reminders/wording_history.html", _named(request, code, language) | {"versions": versions})


@owner_view
def wording_version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version to read; a POST makes it count again, as a new version, if its fields are still there."""
    row = get_row(request, Wording.objects.select_related("saved_by"), pk)
    if request.method == "POST":
        try:
            check(row.code, row.text, samples(request.business, row.code, row.language, today_of(request)))
        except WordingError as problem:
            messages.error(request, in_words(problem))
            return redirect("wording-version", request.business.slug, pk)
        save_wording(business=request.business, code=row.code, language=row.language, text=row.text, by=request.user)
        messages.success(request, _("Version %(version)s counts again.") % {"version": row.version})
        return redirect("wording-edit", request.business.slug, row.code, row.language)
    return render(request, "reminders/wording_version.html", _named(request, row.code, row.language) | {"version": row})


@member_view
def letter_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of one letter before it goes, to be changed; the sums and the table stay what they are."""
    letter = _letter(request, pk)
    if letter.state not in EDITABLE:
        messages.error(request, _("This letter is on its way or gone: its words cannot be changed any more."))
        return redirect("letter-detail", request.business.slug, pk)
    today = today_of(request)
    letter.written_on = today if not letter.edited else letter.written_on
    form = LetterWordsForm(request.POST or None, initial=_words(letter), company=request.business.name)
    if request.method == "POST" and form.is_valid():
        return _save_words(request, letter, form)
    return render(request, "reminders/wording_letter.html", {"letter": letter, "form": form})


@member_view
@require_POST
def letter_unedit(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the text the letter had before somebody changed it."""
    letter = _letter(request, pk)
    try:
        unedit_letter(letter=letter, by=request.user)
    except OutboxError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It has its own text again, and waits for approval."))
    return redirect("letter-detail", request.business.slug, pk)


def _save_words(request: HttpRequest, letter: Letter, form: LetterWordsForm) -> HttpResponse:
    words, today = form.cleaned_data, today_of(request)
    try:
        edit_letter(letter=letter, subject=words["subject"], body=words["body"], by=request.user, on=today)
    except OutboxError as problem:
        messages.error(request, str(problem))
        return redirect("letter-detail", request.business.slug, letter.pk)
    messages.success(request, _("Saved: it goes out in these words, once it is approved."))
    ours = {threat.word.lower() for threat in threats(_own_words(letter))}
    _warn(request, [threat for threat in threats(words["body"]) if threat.word.lower() not in ours])
    return redirect("letter-detail", request.business.slug, letter.pk)


def _own_words(letter: Letter) -> str:
    """What the letter says by its text; "" where that cannot be used: somebody may want to write it by hand because of that."""
    try:
        return composed_anew(letter, facts_of(letter)).plain_text
    except ValueError:
        return ""


def _words(letter: Letter) -> dict[str, str]:
    try:
        content = composed(letter)[1]
    except ValueError:
        return {"subject": "", "body": ""}
    return {"subject": content.subject, "body": content.plain_text}


def _letter(request: HttpRequest, pk: int) -> Letter:
    return get_row(request, Letter.objects.select_related("business", "customer", "contact"), pk)


def _own(request: HttpRequest) -> QuerySet[Wording]:
    return Wording.objects.filter(business=request.business)


def _refuse_unknown(code: str, language: str) -> None:
    if code not in TEXT_CODES or language not in languages():
        raise Http404


def _form(request: HttpRequest, code: str, language: str) -> WordingForm:
    text = text_of(request.business, code, language)
    tries = samples(request.business, code, language, today_of(request))
    return WordingForm(
        request.POST or None, initial={"text": text}, code=code, samples=tries, customers=choosable(request.business)
    )


def _named(request: HttpRequest, code: str, language: str) -> dict[str, Any]:
    current = _own(request).filter(code=code, language=language, current=True).first()
    names = {"name": NAMES[code], "language_name": LANGUAGES[language]}
    return names | {"code": code, "language": language, "current": current, "syntax": SYNTAX}


def _explained(form: WordingForm) -> list[tuple[str, str, Any]]:
    """(field, what it is, what it may hold) for the help beside the editor."""
    facts = form.samples[0][1]
    values: dict[str, Any] = dict(merge_values(facts))
    return [(name, words, values.get(name)) for name, words in fields_of(form.code).items()]


def _preview(request: HttpRequest, form: WordingForm, language: str) -> dict[str, Any] | None:
    """What a valid text says to the customer chosen; None where there is nothing to show."""
    if not form.is_bound or not form.is_valid():
        return None
    text = form.cleaned_data["text"]
    facts = facts_for(form.cleaned_data["customer"], request.business, form.code, language, today_of(request))
    try:
        if form.code == MAIL:
            content = compose(facts, text_of(request.business, facts.code, language))
            mail = compose_mail(content, facts, text)
            return {"subject": mail.subject, "text": mail.text, "who": facts.customer.name}
        content = compose(facts, text)
    except WordingError as problem:
        form.add_error("text", in_words(problem))
        return None
    return {"subject": content.subject, "paragraphs": [Markup(one) for one in content.paragraphs], "who": facts.customer.name}


def _warn(request: HttpRequest, found: list[Threat]) -> None:
    for threat in found:
        words = _("Line %(line)s says “%(word)s”: name such a step only where it is allowed and true, through {{ next_steps }}.")
        messages.warning(request, words % {"line": threat.line, "word": threat.word})
