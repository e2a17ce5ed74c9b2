"""A folder as a way out of the house: one PDF, and one .eml where there is an e-mail address, for a person to send."""

import re
from collections.abc import Mapping
from pathlib import Path

from customers.models import Contact, Letter
from reminders.hands import Unreachable
from reminders.smtp import mail_of, message_id


class Folder:
    """Writes letters to `path`; what lies there counts as handed over, whatever the hour."""

    keeps_hours = False
    takes_post = True

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Writes the PDF, and the mail around it where it goes by e-mail. Raises Unreachable where there is no room."""
        files = {".pdf": pdf}
        if contact is not None:
            files[".eml"] = mail_of(letter, contact, pdf).message().as_bytes()
        self._write(letter, files)
        return message_id(letter) if contact else ""

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Writes the PDF all the same: a person may know where it should go."""
        self._write(letter, {".pdf": pdf})

    def _write(self, letter: Letter, files: Mapping[str, bytes]) -> None:
        """All of them or none: half of a letter would be posted as a whole one."""
        reference = re.sub(r"[^\w.-]+", "_", letter.customer.reference)
        name = f"{letter.pk:06}-{reference}-{letter.code}-{letter.currency}"
        parts = {self.path / f".{name}{suffix}.part": self.path / f"{name}{suffix}" for suffix in files}
        try:
            for part, content in zip(parts, files.values(), strict=True):
                part.write_bytes(content)
            for part, whole in parts.items():
                part.replace(whole)
        except OSError as error:
            for part in parts:
                part.unlink(missing_ok=True)
            raise Unreachable(f"The folder did not take it: {error.strerror}") from error
