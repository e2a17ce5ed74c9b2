"""Brings in a file of customers."""

from invoices.imports.layouts import CUSTOMERS
from reminders.management.importcommand import ImportCommand


class Command(ImportCommand):
    help = "Brings in customers with a contact each."
    kind = CUSTOMERS
