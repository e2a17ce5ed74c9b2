"""Form widgets every app may use."""

from django import forms


class DayInput(forms.DateInput):
    """A calendar day, picked with the browser's own calendar; browsers want its value in ISO form whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of day, picked with the browser's own clock; hours and minutes."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")
