"""Brings in a file of invoices."""

from invoices.imports.layouts import INVOICES
from reminders.management.importcommand import ImportCommand


class Command(ImportCommand):
    help = "Brings in invoices and credit notes, with the customers they name."
    kind = INVOICES
