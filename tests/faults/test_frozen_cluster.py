"""A job cluster whose processes stand and do nothing is found by its heartbeat (stack.md 3)."""

import os
import signal

import pytest

from tests.faults.conftest import until

pytestmark = [pytest.mark.faults, pytest.mark.proves("T02")]
WAKE = "from django_q.tasks import async_task; async_task('reminders.tasks.tick')"
PULSE = (
    "import datetime; from django.utils import timezone; from reminders.heartbeat import pulse;"
    "print(pulse(timezone.now() + datetime.timedelta(minutes={minutes})).alive)"
)


def test_a_heart_that_stopped_is_found_after_five_minutes(manage, start, ask):
    cluster = start("qcluster")
    manage("shell", "-v0", "-c", WAKE)
    until(lambda: ask("select count(*) from reminders_heartbeat where name = 'tick'") == [(1,)], 60)
    # Its heart beats before its work is done: stopped in the midst of that, the queue would keep it for ten minutes.
    until(lambda: ask("select count(*) from django_q_ormq") == [(0,)], 60)
    os.killpg(cluster.pid, signal.SIGSTOP)
    assert cluster.poll() is None
    manage("shell", "-v0", "-c", WAKE)
    assert manage("shell", "-v0", "-c", PULSE.format(minutes=0)).strip() == "True"
    assert manage("shell", "-v0", "-c", PULSE.format(minutes=6)).strip() == "False"
    # Its work is taken up by the next cluster, which `arcollect.serve` starts.
    os.killpg(cluster.pid, signal.SIGKILL)
    start("qcluster")
    until(lambda: ask("select count(*) from django_q_ormq") == [(0,)], 90)
