"""Other programs' exports, a module a program; `finding` tells whose export a file is."""

from invoices.imports.profiles.finding import PROFILES, find_profile
from invoices.imports.profiles.profile import GONE, NOT_ISSUED, Profile

__all__ = ["GONE", "NOT_ISSUED", "PROFILES", "Profile", "find_profile"]
