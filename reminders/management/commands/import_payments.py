"""Brings in a file of payments."""

from invoices.imports.layouts import PAYMENTS
from reminders.management.importcommand import ImportCommand


class Command(ImportCommand):
    help = "Brings in payments and books them: on the invoice they name, else on the oldest ones."
    kind = PAYMENTS
