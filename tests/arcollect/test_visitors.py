"""Where a request comes from, and what counts as one visitor."""

import pytest
from django.test import RequestFactory

from arcollect.visitors import address_of, household_of


@pytest.mark.parametrize(
    ("behind", "header", "address"),
    [
        (False, "1.1.1.1", "10.0.0.1"),
        (True, "1.1.1.1", "1.1.1.1"),
        (True, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (True, "", "10.0.0.1"),
        (True, "unknown", ""),
        (True, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxy_is_believed(settings, behind, header, address):
    settings.BEHIND_PROXY = behind
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": header})) == address


@pytest.mark.parametrize(
    ("address", "household"), [("10.0.0.1", "10.0.0.1"), ("2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"), ("", "")]
)
def test_a_subscriber_has_a_network_of_ipv6(address, household):
    assert household_of(address) == household
