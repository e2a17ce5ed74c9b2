"""Ids out of forms and addresses: whatever somebody typed there, it is a number a database can look for, or nobody's."""

import pytest

from arcollect.ids import NOBODY, read_id, read_ids


def test_an_id_is_read():
    assert read_id("812") == 812
    assert read_ids(["812", "7", "7"]) == {7, 812}


@pytest.mark.parametrize("text", ["", "²", "-1", "1.0", " 1", "1; drop", "９" * 19, "9" * 5000])
def test_what_is_no_id_is_nobodys(text):
    assert read_id(text) == NOBODY
    assert read_ids([text, "3"]) == {3}
