"""manage.py add_member ADDRESS: lets somebody into a business, and prints how they get in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from customers.inviting import password_link
from customers.membership import MembershipError, add_member
from customers.models.business import Role
from reminders.management.commanding import BusinessCommand


class Command(BusinessCommand):
    help = "Lets somebody into a business, such as its first owner, and prints the link to set a password. Sends no mail."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            membership = add_member(business=self.business(options), email=options["email"], role=options["role"])
        except ValidationError:
            raise CommandError(f"{options['email']!r} is no e-mail address.") from None
        except MembershipError as error:
            raise CommandError(str(error)) from None
        user = membership.user
        link = "" if user.has_usable_password() else password_link(user)
        if options["format"] == "json":
            self.print_json({"email": user.email, "role": membership.role, "link": link})
        else:
            self.stdout.write(f"{user.email} is {membership.get_role_display().lower()} of {membership.business}.")
            self.stdout.write(f"Password: {link}" if link else "They log in with the password they have.")
