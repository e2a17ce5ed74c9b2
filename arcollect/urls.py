"""Every address of the site; what a business owns lives under /b/<business>/."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
