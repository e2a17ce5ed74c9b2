"""Who owes us, and who we are: /b/<business>/ ..."""

from django.urls import path

from customers.views import settings

urlpatterns = [
    path("settings/", settings.edit_business, name="settings"),
]
