"""What the customer's link opens: /p/<token>/ ..."""

from django.urls import path

from invoices.views import portal

urlpatterns = [
    path("", portal.portal, name="portal"),
    path("code/", portal.portal_code, name="portal-code"),
    path("code/confirm/", portal.portal_confirm, name="portal-confirm"),
]
