"""Makes a ledger many times as large in the database itself, copy beside copy: `python -m bench.multiplying TIMES`."""

import sys

from django.core.management.color import no_style
from django.db import connection, models, transaction

from bench.ledger import SLUG
from bench.measuring import measured, say_json
from customers.models import Business, Contact, Customer, Event, Letter, Task
from invoices.models import Allocation, Dispute, Invoice, Payment, Promise, PromiseLine
from reminders.models import LastDecision, Reminder, ReminderLine, Watch

# In the order the foreign keys ask for.
COPIED: list[type[models.Model]] = [
    Customer,
    Contact,
    Invoice,
    Payment,
    Allocation,
    Dispute,
    Promise,
    PromiseLine,
    Task,
    Letter,
    Reminder,
    ReminderLine,
    Event,
    Watch,
    LastDecision,
]
# What may be there once: a copy gets its number behind it.
UNIQUE = {"reference", "number", "number_key", "fingerprint"}
OWNER = {PromiseLine: "promise", ReminderLine: "reminder"}
NUMBERS = "WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < %s)"


def multiply(times: int) -> None:
    """Adds `times` - 1 copies of all the large business has; a copy's rows belong to each other as the first ones do."""
    business = Business.objects.get(slug=SLUG)
    steps = {model: _last(model) for model in COPIED}
    with transaction.atomic(), connection.cursor() as cursor:
        for model in COPIED:
            cursor.execute(_statement(model, steps), [times - 1, business.pk])
        for statement in connection.ops.sequence_reset_sql(no_style(), COPIED):
            cursor.execute(statement)


def _last(model: type[models.Model]) -> int:
    return model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0


def _statement(model: type[models.Model], steps: dict[type[models.Model], int]) -> str:
    """Copies the rows of the business; ids, and those of copied rows they point at, each a step further a copy."""
    quote, values = connection.ops.quote_name, []
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    for field in fields:
        column, step = f"t.{quote(field.column)}", steps.get(field.related_model or (model if field.primary_key else None))
        if step is not None and (field.is_relation or field.primary_key):
            column = f"{column} + k * {step}"
        elif field.name in UNIQUE and not (field.name == "reference" and model is Payment):
            column = f"{column} || '-' || k"
        values.append(column)
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    return f"INSERT INTO {table} ({columns}) {NUMBERS} SELECT {', '.join(values)} FROM {table} t, copies WHERE {_ours(model)}"


def _ours(model: type[models.Model]) -> str:
    if model not in OWNER:
        return "t.business_id = %s"
    field = model._meta.get_field(OWNER[model])
    owner = connection.ops.quote_name(field.related_model._meta.db_table)
    return f"t.{connection.ops.quote_name(field.column)} IN (SELECT id FROM {owner} WHERE business_id = %s)"


def main() -> None:
    with measured() as spent:
        multiply(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say_json({"seconds": round(spent.wall, 2)})


if __name__ == "__main__":
    main()
