"""Which program a file comes from."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from invoices.imports.layouts import list_columns
from invoices.imports.problems import ImportProblem
from invoices.imports.profiles import (
    akaunting,
    datev,
    freshbooks,
    invoiceninja,
    quickbooks_reports,
    quickbooks_tables,
    sage,
    wave,
    xero,
    zoho,
)
from invoices.imports.profiles.profile import Profile

# The first that fits is taken: of two whose marks could be in one file the one with more of them stands first.
PROFILES: tuple[Profile, ...] = (
    *akaunting.PROFILES,
    *datev.PROFILES,
    *invoiceninja.PROFILES,
    *zoho.PROFILES,
    *freshbooks.PROFILES,
    *xero.PROFILES,
    *quickbooks_tables.PROFILES,
    *quickbooks_reports.PROFILES,
    *wave.PROFILES,
    *sage.PROFILES,
)


def find_profile(kind: str, header: Sequence[str], name: str = "") -> Profile | None:
    """The profile asked for by `name`, else the one that the header gives away, else None.

    Raises ImportProblem where there is no such profile, the file is not what it reads, or it cannot be brought in.
    """
    known = [profile for profile in PROFILES if profile.kind == kind and name in ("", profile.name)]
    found = next((profile for profile in known if profile.fits(header)), None)
    if found is None and name:
        raise ImportProblem(_no_such_profile(kind, name) if not known else _not_its_export(known, header, name))
    if found is not None and found.unusable:
        raise ImportProblem(str(found.unusable))
    return found


def _no_such_profile(kind: str, name: str) -> str:
    names = ", ".join(sorted({profile.name for profile in PROFILES if profile.kind == kind and not profile.unusable}))
    text = _("There is no profile %(name)s for %(kind)s; there are: %(names)s.")
    return text % {"name": name, "kind": kind, "names": names}


def _not_its_export(known: Sequence[Profile], header: Sequence[str], name: str) -> str:
    """Against the one of the program's exports that the file is most like."""
    nearest = min((profile.missing(header) for profile in known), key=len)
    values = {"name": name, "missing": ", ".join(sorted(nearest)), "header": list_columns(header)}
    return _("This is no %(name)s export: it lacks %(missing)s; its columns are: %(header)s.") % values
