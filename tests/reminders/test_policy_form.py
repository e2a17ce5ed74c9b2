"""What the editor of a policy refuses. Pure: the form gets a draft and what a browser would send."""

import pytest

from reminders.forms.policy import PolicyForm
from reminders.policies import MIN_BALANCE, Draft, preset_steps

DRAFT = Draft(
    {"basis": "DUE", "min_gap_days": 14, "min_balance": MIN_BALANCE, "entry_cap": "60"},
    preset_steps("STANDARD"),
)


def sent(**changed: str | None) -> PolicyForm:
    """The form of STANDARD as a browser sends it, some fields changed; None for a box left unticked."""
    shown = PolicyForm(draft=DRAFT, version=1, currencies={"USD", "JPY"})
    fields = [*shown, *(field for step in shown.steps for field in step)]
    values = {field.html_name: field.value() for field in fields} | changed
    data = {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}
    return PolicyForm(data, draft=DRAFT, version=1, currencies={"USD", "JPY"})


def test_what_is_not_touched_stays_as_it_is():
    form = sent()
    assert form.is_valid(), form.problems()
    drafted = form.drafted()
    assert drafted.fields == DRAFT.fields
    assert sorted((step.code, step.offset_days, step.enabled) for step in drafted.steps) == sorted(
        (step.code, step.offset_days, step.enabled) for step in DRAFT.steps
    )


def test_every_choice_of_a_step_is_taken_over():
    form = sent(
        **{
            "step-60-offset_days": "55",
            "step-60-basis": "INVOICE",
            "step-60-letter_code": "L30",
            "step-60-channel": "post",
            "step-60-tone": "gentle",
            "step-60-calls": None,
            "step-60-approve_first": None,
        }
    )
    assert form.is_valid(), form.problems()
    step = next(step for step in form.drafted().steps if step.code == "60")
    chosen = (step.offset_days, step.basis, step.letter_code, step.channel, step.tone, step.calls, step.approve_first)
    assert chosen == (55, "INVOICE", "L30", "post", "gentle", False, False)


def test_a_sum_in_a_currency_is_kept_with_its_own_decimals():
    form = sent(smallest="20", smallest_USD="40", smallest_JPY="3000")
    assert form.is_valid(), form.problems()
    assert form.drafted().fields["min_balance"] == {"default": "20.00", "USD": "40.00", "JPY": "3000"}


def test_a_step_that_is_off_may_have_any_days():
    assert sent(**{"step-30-enabled": None, "step-30-offset_days": ""}).is_valid()


@pytest.mark.proves("T18", "T19")
@pytest.mark.parametrize(
    ("changed", "where", "reason"),
    [
        ({"step-60-offset_days": "30"}, "60 days", "It comes after “30 days”, which is at 30"),
        ({"step-60-offset_days": "-60"}, "60 days", "Nobody is reminded before the money is overdue"),
        ({"step-NOTICE-offset_days": "0"}, "Friendly notice", "Nobody is reminded before the money is overdue"),
        ({"step-60-basis": "INVOICE", "step-60-offset_days": "-60"}, "60 days", "Nobody is reminded before"),
        ({"step-COURTESY-offset_days": "14"}, "Courtesy call", "This call comes before the due date"),
        ({"step-30-offset_days": ""}, "30 days", "How many days?"),
        ({"step-30-letter_code": ""}, "30 days", "Choose a letter, or switch the step off."),
        ({"step-30-letter_code": "FINAL"}, "30 days", "Select a valid choice"),
        ({"step-60-enabled": None}, "Nobody starts above", "This step is off: choose one that is on."),
        ({"entry_cap": "90"}, "Nobody starts above", "Select a valid choice"),
        ({"min_gap_days": "0"}, "Days between letters", "greater than or equal to 1"),
        ({"smallest": "-1"}, "Smallest sum worth a letter", "greater than or equal to 0"),
        ({"smallest_USD": "1.005"}, "in USD", "USD has this many decimals: 2."),
        ({"smallest_JPY": "0.5"}, "in JPY", "JPY has this many decimals: 0."),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(changed, where, reason):
    form = sent(**changed)
    assert not form.is_valid()
    assert [(place, reason in words) for place, words in form.problems()] == [(where, True)]


def test_two_steps_out_of_order_are_both_named():
    """Both come too early: neither message hides the other."""
    form = sent(**{"step-30-offset_days": "1", "step-60-offset_days": "1"})
    assert [place for place, _ in form.problems()] == ["30 days", "60 days"]
