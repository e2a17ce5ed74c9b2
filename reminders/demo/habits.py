"""How late each kind of customer pays (domain.md 5). Pure."""

from random import Random

from reminders.demo.cast import Habit

NOT_YET = 200  # days late of what nobody is going to pay soon
# The newest overdue invoices of a good customer going bad, newest first (domain.md 5.1).
GOING_BAD = (NOT_YET, NOT_YET, 24, 16, 9, 4)
# How many of the newest overdue invoices a promise breaker pays in part only, and one on a plan not at all.
BREAKER_OPEN = 4
ON_PLAN_OPEN = 3


def days_late(habit: Habit, age: int, random: Random) -> int:
    """Days from the due date to the payment. `age`: 0 for the newest invoice past its due date, 1 for the one before, ...;
    negative for those not due yet."""
    if habit == Habit.FORGETFUL:
        # Forgets, and pays within days of the first reminder.
        return random.randint(3, 9) if random.random() < 0.62 else random.randint(-5, 1)
    if habit == Habit.STRETCHER:
        # 30 days given, 60 to 90 taken.
        return round(min(56, max(31, random.gauss(41, 6)))) if random.random() < 0.93 else random.randint(12, 20)
    if habit == Habit.DETERIORATING:
        return GOING_BAD[age] if 0 <= age < len(GOING_BAD) else random.randint(-1, 3)
    if habit == Habit.PROMISE_BREAKER:
        return random.randint(48, 85) if age < BREAKER_OPEN else random.randint(8, 30)
    if habit == Habit.ON_PLAN and 0 <= age < ON_PLAN_OPEN:
        return NOT_YET
    if habit == Habit.TACTICAL:
        return random.randint(28, 55)
    if habit == Habit.SLOW:
        return random.choice((-4, 0, 2, 6, 11, 14, 19, 26, 33, 48, 72, 104))
    if habit == Habit.OUR_FAULT:
        return random.randint(0, 8)
    return random.randint(-7, 2)


def pays_in_parts(habit: Habit, age: int, random: Random) -> bool:
    """Whether only a part comes at first."""
    if habit == Habit.PROMISE_BREAKER:
        return age < BREAKER_OPEN
    return habit == Habit.SLOW and random.random() < 0.2
