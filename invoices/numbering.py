"""Invoice numbers as people type them: one key for all the ways to write the same one."""


def number_key(number: str) -> str:
    """A number without what people leave out when they type it (domain.md PF02): "inv-000 12" and "INV00012" are one.

    Case, everything that is neither letter nor digit, and leading noughts go. "" where nothing is left to tell by.
    """
    kept = "".join(character for character in number.upper() if character.isalnum())
    return kept.lstrip("0") or kept[:1]
