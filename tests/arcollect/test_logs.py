"""The log of the server never holds the secret of a customer's link."""

import logging

import pytest

from arcollect.logs import HideLinks


@pytest.mark.proves("T50")
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (("Not Found: %s", "/p/7k3m9q2vxw4tz8rb5n6hjc0dpa/plan/"), "Not Found: /p/…/plan/"),
        (("Gone: %s", "/p/preview-1:abc/"), "Gone: /p/…/"),
        (("Sent to %s", "jane"), "Sent to jane"),
        (("100 % done",), "100 % done"),
    ],
)
def test_addresses_are_shortened(said, kept):
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, said[0], said[1:], None)
    assert HideLinks().filter(record)
    assert record.getMessage() == kept


def test_it_stands_before_everything_that_is_written(settings):
    assert all("hide_links" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
