"""The lines of one invoice together, in a file that gives an item a line."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, LineProblem
from invoices.imports.profiles import Profile
from invoices.imports.reading import TypedRow

Key = tuple[str, ...]


def scattered_keys(typed: Iterable[TypedRow | LineProblem], profile: Profile) -> frozenset[Key]:
    """The keys whose lines do not stand together: only these invoices must be held until the whole file is read."""
    seen: set[Key] = set()
    scattered: set[Key] = set()
    last: Key = ()
    for row in typed:
        if isinstance(row, LineProblem):
            continue
        key = _key(row, profile)
        if key != last and key in seen:
            scattered.add(key)
        seen.add(key)
        last = key
    return frozenset(scattered)


def groups(
    typed: Iterable[TypedRow | LineProblem], profile: Profile, scattered: frozenset[Key]
) -> Iterator[list[TypedRow] | list[LineProblem]]:
    """The lines of one invoice together. A line that cannot be read spoils the invoices beside it: it may be one of theirs."""
    held: dict[Key, list[TypedRow]] = {}
    group: list[TypedRow] = []
    unreadable: LineProblem | None = None
    for item in typed:
        if isinstance(item, LineProblem):
            yield [item]
            unreadable = item if profile.key else None
            if group and unreadable:
                group = [_spoilt(group[0], item), *group[1:]]
            continue
        key = _key(item, profile)
        if group and (not profile.key or key != _key(group[0], profile)):
            yield from _closed(group, profile, scattered, held)
            group = []
        group.append(_spoilt(item, unreadable) if unreadable else item)
        unreadable = None
    if group:
        yield from _closed(group, profile, scattered, held)
    yield from held.values()


def refuse_disagreement(group: list[TypedRow], profile: Profile) -> None:
    """The lines of one invoice must agree in what belongs to the invoice; a blank one agrees with all."""
    first = group[0].values
    for row in group[1:]:
        for name in profile.agree:
            value = row.values.get(name)
            if value not in (None, "") and value != first.get(name):
                text = _("line %(line)d of the same invoice says %(other)s instead of %(value)s")
                raise CellProblem(text % {"line": row.line, "other": value, "value": first.get(name)}, name)


def _closed(
    group: list[TypedRow], profile: Profile, scattered: frozenset[Key], held: dict[Key, list[TypedRow]]
) -> list[list[TypedRow]]:
    """The group, complete, unless more of its lines follow elsewhere: then it is held."""
    key = _key(group[0], profile)
    if key not in scattered:
        return [group]
    held.setdefault(key, []).extend(group)
    return []


def _key(row: TypedRow, profile: Profile) -> Key:
    return tuple(str(row.values.get(name, "")) for name in profile.key)


def _spoilt(row: TypedRow, problem: LineProblem) -> TypedRow:
    reason = _("line %(line)d beside it cannot be read and may belong to the same invoice") % {"line": problem.line}
    return TypedRow(row.line, row.values, row.problems | {"": reason}, row.cells)
