"""A folder as a way out of the house: one PDF, and one .eml where there is an e-mail address, for a person to send."""

import re
from pathlib import Path

from customers.models import Contact, Letter
from reminders.smtp import mail_of, message_id


class Folder:
    """Writes letters to `path`; what lies there counts as handed over, whatever the hour."""

    keeps_hours = False
    takes_post = True

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Writes the PDF, and the mail around it where it goes by e-mail."""
        self._write(letter, pdf, ".pdf")
        if contact is None:
            return ""
        self._write(letter, mail_of(letter, contact, pdf).message().as_bytes(), ".eml")
        return message_id(letter)

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Writes the PDF all the same: a person may know where it should go."""
        self._write(letter, pdf, ".pdf")

    def _write(self, letter: Letter, content: bytes, suffix: str) -> None:
        reference = re.sub(r"[^\w.-]+", "_", letter.customer.reference)
        (self.path / f"{letter.pk:06}-{reference}-{letter.code}-{letter.currency}{suffix}").write_bytes(content)
