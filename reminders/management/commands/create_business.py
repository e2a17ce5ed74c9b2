"""Opens a business with its default policy."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from customers.membership import add_member
from customers.models import Business, User
from customers.models.business import Role
from reminders.opening import OpeningError, open_business


class Command(BaseCommand):
    help = "Opens a business with the default policy STANDARD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--currency", required=True, metavar="CODE", help="ISO 4217, such as USD.")
        parser.add_argument("--country", required=True, metavar="CODE", help="ISO 3166, such as US.")
        parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="Such as America/New_York. Default: UTC.")
        parser.add_argument("--owner", metavar="EMAIL", help="Who owns it; made a user where there is none with this address.")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {key: options[key] for key in ("name", "currency", "country", "time_zone")}
        try:
            with transaction.atomic():
                business = open_business(**fields)
                owner = self._owner(business, options["owner"])
        except OpeningError as error:
            raise CommandError(str(error)) from None
        if options["format"] == "json":
            self.stdout.write(json.dumps({"slug": business.slug}))
        else:
            self.stdout.write(f"{business.name} is open: --business {business.slug}")
            if owner is not None and not owner.has_usable_password():
                self.stdout.write(f"Now give its owner a password: python manage.py changepassword {owner.email}")

    def _owner(self, business: Business, email: str | None) -> User | None:
        """The owner of the new business, where one was named."""
        if not email:
            return None
        try:
            validate_email(email)
        except ValidationError:
            raise OpeningError(f"{email!r} is not an e-mail address.") from None
        return add_member(business=business, email=email, role=Role.OWNER).user
