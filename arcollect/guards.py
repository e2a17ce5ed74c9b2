"""Triggers that keep evidence as it was: the database itself refuses to change a sent letter, a signed plan, an event."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses UPDATE (of `columns`, or of any) and DELETE on `table` where `when`, SQL over the OLD row, holds."""

    name: str
    table: str
    message: str
    when: str = "1 = 1"
    columns: tuple[str, ...] = ()
    deletes: bool = True

    @property
    def actions(self) -> list[tuple[str, str]]:
        """(suffix of the trigger's name, SQL of the event) pairs."""
        update = f"UPDATE OF {', '.join(self.columns)}" if self.columns else "UPDATE"
        return [("update", update)] + ([("delete", "DELETE")] if self.deletes else [])

    def statements(self, vendor: str) -> list[str]:
        """The SQL that creates the triggers on `vendor`: "sqlite" or "postgresql"."""
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {self.name}_{suffix} BEFORE {action} ON {self.table} FOR EACH ROW WHEN {self.when} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
                for suffix, action in self.actions
            ]
        function = (
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.when} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        return [function] + [
            f"CREATE TRIGGER {self.name}_{suffix} BEFORE {action} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            for suffix, action in self.actions
        ]

    def removals(self, vendor: str) -> list[str]:
        """The SQL that takes the triggers away again."""
        where = "" if vendor == "sqlite" else f" ON {self.table}"
        dropped = [f"DROP TRIGGER {self.name}_{suffix}{where}" for suffix, _ in self.actions]
        return dropped if vendor == "sqlite" else [*dropped, f"DROP FUNCTION {self.name}()"]


def operation(guard: Guard) -> migrations.RunPython:
    """The migration step that puts `guard` up, and takes it down when reversed."""
    return migrations.RunPython(_runner(guard.statements), _runner(guard.removals), elidable=False)


def lowering(guard: Guard) -> migrations.RunPython:
    """Takes `guard` down until a later step puts it up again: SQLite makes a table that gets a column anew, without triggers."""
    return migrations.RunPython(_runner(guard.removals), _runner(guard.statements), elidable=False)


def _runner(statements: Callable[[str], list[str]]) -> Callable[[object, BaseDatabaseSchemaEditor], None]:
    def run(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    return run
