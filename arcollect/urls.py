"""Every address of the site; what a business owns lives under /b/<business>/, what its customer may see under /p/<token>/."""

from django.urls import include, path

from customers.views.chooser import choose_business
from reminders.views.health import health
from reminders.views.stop import mail_stop

BUSINESS = [
    path("", include("reminders.urls")),
    path("", include("invoices.urls")),
    path("", include("customers.urls")),
]

urlpatterns = [
    path("", choose_business, name="business-chooser"),
    path("health/", health, name="health"),
    path("stop/<str:token>/", mail_stop, name="mail-stop"),
    path("p/<str:token>/", include("invoices.portal_urls")),
    path("accounts/", include("allauth.urls")),
    path("b/<slug:business>/", include(BUSINESS)),
]
