"""How fast the same rows can be stored without deciding anything: `python -m bench.yardsticks URL`.

The default database is a copy of the ledger from before the first night; URL is the one the first night ran on.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice

import environ
from django.db import connection, connections, models, transaction

from bench.ledger import FIRST_NIGHT
from bench.measuring import measured, peak_mib, say_json
from customers.models import Event, Letter, Task
from reminders.models import LastDecision, Reminder, ReminderLine, Watch

# What a run writes, in the order the foreign keys ask for.
WRITTEN: Sequence[type[models.Model]] = (Task, Letter, Reminder, ReminderLine, Event, Watch, LastDecision)
CHUNK = 5000
RUN = "run"
DUE_STEPS = """
    INSERT INTO due_steps (id, step, cycle, amount, days_past_due, invoice_id, reminder_id)
    SELECT id, CASE WHEN late >= 90 THEN '90' WHEN late >= 60 THEN '60' WHEN late >= 30 THEN '30' ELSE 'NOTICE' END,
           cycle, balance, late, id, customer_id
    FROM (SELECT id, cycle, balance, customer_id, {late} AS late FROM invoices_invoice WHERE balance > 0) AS open_invoice
    WHERE late >= 1
"""
LATE = {"sqlite": "CAST(julianday(%s) - julianday(due_on) AS INTEGER)", "postgresql": "(CAST(%s AS date) - due_on)"}


def insert_select() -> dict[str, float]:
    """Stores the line of every step that is due in one statement, into a table like that of ReminderLine."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE due_steps AS SELECT * FROM reminders_reminderline WHERE 1 = 0")
        cursor.execute("CREATE UNIQUE INDEX due_once ON due_steps (invoice_id, step, cycle)")
        with measured() as spent, transaction.atomic():
            cursor.execute(DUE_STEPS.format(late=LATE[connection.vendor]), [FIRST_NIGHT.isoformat()])
            rows = cursor.rowcount
    return {"insert_select_rows": rows, "insert_select_seconds": round(spent.wall, 3)}


def bulk_create() -> dict[str, float]:
    """Stores every row the first night wrote with plain bulk_create; reading them is not counted."""
    seconds, count = 0.0, 0
    for model in WRITTEN:
        for rows in _chunks(model):
            with measured() as spent, transaction.atomic():
                model._default_manager.bulk_create(rows, batch_size=1000)
            seconds, count = seconds + spent.wall, count + len(rows)
    return {"bulk_create_rows": count, "bulk_create_seconds": round(seconds, 3)}


def _chunks(model: type[models.Model]) -> Iterator[list[models.Model]]:
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = model._default_manager.using(RUN).filter(pk__gt=newest).order_by("pk").iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def main() -> None:
    other = environ.Env.db_url_config(sys.argv[1])
    connections.settings[RUN] = connections["default"].settings_dict | {"NAME": other["NAME"]}
    say_json(insert_select() | bulk_create() | {"yardstick_peak_mib": round(peak_mib())})


if __name__ == "__main__":
    main()
