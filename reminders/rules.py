"""The rules a decision may rest on: short ids that stay the same for ever, with the words people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """Which rule of domain.md 3 or 7.4 decided. Ids are stored with decisions: never rename one."""

    STEP_DUE = "STEP_DUE", _("The day of the step has come.")
    STEP_HURRIED = "STEP_HURRIED", _("A promise was not kept: the next step is due at once.")
    PLAN_DEFAULTED = "PLAN_DEFAULTED", _("A payment plan ended unpaid: the steps go on at the negotiation, never lower.")
    COURTESY_DUE = "COURTESY_DUE", _("A courtesy call comes two weeks before the due date, or halfway through short terms.")
    COURTESY_MAIL_DUE = "COURTESY_MAIL_DUE", _("Who pays well, or only forgets, gets a mail instead of the courtesy call.")
    SATISFACTION_DUE = "SATISFACTION_DUE", _("A new invoice is followed by the question whether all was as ordered.")
    VERIFY_DUE = "VERIFY_DUE", _("Contacts are checked before a new invoice falls due, where nobody did for half a year.")
    NO_SERVICE_DUE = "NO_SERVICE_DUE", _("Nothing of the kind is due for a new invoice.")
    NOTHING_OVERDUE = "NOTHING_OVERDUE", _("What is not overdue is not asked for.")
    NO_COURTESY_DUE = "NO_COURTESY_DUE", _("No courtesy call is due yet, or it was made.")
    NOT_YET = "NOT_YET", _("The day of the step has not come.")
    ASKED_ALREADY = "ASKED_ALREADY", _("Each step is taken once; the next one has its day.")
    ALL_STEPS_TAKEN = "ALL_STEPS_TAKEN", _("Every step was taken: a person decides.")
    NOT_RELEASED = "NOT_RELEASED", _("Nothing goes out before the owner releases the ledger.")
    ENTRY_HOLD = "ENTRY_HOLD", _("What came in long overdue waits for the owner.")
    INSOLVENT = "INSOLVENT", _("The insolvent are not reminded: the owner decides.")
    DECEASED = "DECEASED", _("Nobody writes to the deceased: the owner decides.")
    VULNERABLE = "VULNERABLE", _("For vulnerable people nothing runs by itself: a person decides.")
    CEASE = "CEASE", _("Who asked not to be contacted gets nothing but a final letter the owner approved.")
    REPRESENTED = "REPRESENTED", _("Who is represented is written to through the representative only.")
    MORATORIUM = "MORATORIUM", _("During a moratorium nothing is asked for.")
    LEGAL_BLOCK = "LEGAL_BLOCK", _("Who counts as legally protected is not reminded: the owner decides.")
    NO_REMINDERS = "NO_REMINDERS", _("Somebody switched reminders off.")
    CONTACT_INVALID = "CONTACT_INVALID", _("A letter that did not arrive comes first: it, or the contact, must be seen to.")
    DISPUTED = "DISPUTED", _("What is in dispute is not asked for.")
    PLANNED = "PLANNED", _("What is in a payment plan is asked for by its instalments only.")
    PLAN_OFFERED = "PLAN_OFFERED", _("An offered payment plan may be considered in peace, once in a while.")
    SETTLEMENT_OPEN = "SETTLEMENT_OPEN", _("What may be settled for less is not asked for until the day to accept or pay it.")
    HANDED_OFF = "HANDED_OFF", _("What an agency was asked to collect is left to it.")
    PROMISE_OPEN = "PROMISE_OPEN", _("What is promised is not asked for until the day has passed with its grace.")
    PROMISE_KEPT = "PROMISE_KEPT", _("Who has just kept a promise gets some days before the rest is asked for.")
    UNAPPLIED_COVERS = "UNAPPLIED_COVERS", _("Money we hold covers what is overdue: it must be matched.")
    UNAPPLIED_CASH = "UNAPPLIED_CASH", _("Money we hold is matched first, or taken off after two business days.")
    MAYBE_PAID = "MAYBE_PAID", _("Money that may be theirs is looked at first, for a week.")
    SMALL_BALANCE = "SMALL_BALANCE", _("What is left is too small for a letter.")
    PART_PAYMENT = "PART_PAYMENT", _("Who has just paid half or more gets a week.")
    MIN_GAP = "MIN_GAP", _("Days must pass between two steps.")
    NOTICE_GAP = "NOTICE_GAP", _("A customer gets one notice a week at most.")
    WARNING_CALL = "WARNING_CALL", _("Who gets into trouble is called before anything is written.")
    NO_BUSINESS_DAY = "NO_BUSINESS_DAY", _("Nothing goes out on weekends, holidays and closing days.")
    CALL_LIMIT = "CALL_LIMIT", _("A released ledger opens only so many new calls a day.")


def rule_words(rule: str) -> str:
    """The words of a stored rule id; "" for none, or one of another version of the program."""
    return str(Rule(rule).label) if rule in Rule.values else ""
