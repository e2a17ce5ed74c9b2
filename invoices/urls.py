"""What is owed and what came in: /b/<business>/ ..."""

from django.urls import path

from invoices.views import search

urlpatterns = [
    path("search/", search.search, name="search"),
]
