"""What becomes of a task: done, cancelled, put off; once."""

import pytest

from customers import desk
from customers.models import Event, Task
from tests import make
from tests.make import day

TODAY = day("2026-03-02")


@pytest.fixture
def task(business) -> Task:
    return make.task(make.customer(business), kind="callback", reason="They asked us to.")


def test_a_task_is_done_with_its_outcome(task, bookkeeper):
    desk.complete_task(task=task, outcome="They will pay on Friday.", on=TODAY, by=bookkeeper)
    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_on, task.closed_by) == ("done", "They will pay on Friday.", TODAY, bookkeeper)
    assert Event.objects.get(kind="task.done").data == {"task_kind": "callback"}


def test_a_task_is_cancelled_with_its_reason(task, bookkeeper):
    desk.cancel_task(task=task, reason="Paid meanwhile.", on=TODAY, by=bookkeeper)
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("cancelled", "Paid meanwhile.")


def test_a_closed_task_is_not_closed_again(task, bookkeeper):
    desk.complete_task(task=task, outcome="Done.", on=TODAY, by=bookkeeper)
    with pytest.raises(desk.TaskError, match="closed already"):
        desk.cancel_task(task=task, reason="Not needed.", on=TODAY, by=bookkeeper)
    assert Event.objects.filter(subject=f"task:{task.pk}").count() == 1


def test_a_task_put_off_says_until_when_and_why(task, bookkeeper):
    desk.snooze_task(task=task, until=day("2026-03-05"), reason="On holiday.", on=TODAY, by=bookkeeper)
    task.refresh_from_db()
    assert (task.state, task.snoozed_until) == ("open", day("2026-03-05"))
    assert task.reason == "They asked us to.\n2026-03-05: On holiday."


def test_a_task_is_put_off_to_a_later_day_only(task, bookkeeper):
    with pytest.raises(desk.TaskError, match="after today"):
        desk.snooze_task(task=task, until=TODAY, reason="Later.", on=TODAY, by=bookkeeper)


def test_a_closed_task_is_not_put_off(task, bookkeeper):
    desk.complete_task(task=task, outcome="Done.", on=TODAY, by=bookkeeper)
    with pytest.raises(desk.TaskError, match="closed already"):
        desk.snooze_task(task=task, until=day("2026-03-05"), reason="Later.", on=TODAY, by=bookkeeper)
