"""What time it is for whoever looks at a page: views read the clock, everything behind them is told."""

import datetime

from django.http import HttpRequest
from django.utils import timezone


def today_of(request: HttpRequest) -> datetime.date:
    """The day it is where the business of the request is: what a view passes on as `today`."""
    return request.business.local_date(timezone.now())
