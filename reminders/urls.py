"""What we do next: /b/<business>/ ..."""

from django.urls import path

from reminders.views import dashboard

urlpatterns = [
    path("", dashboard.show_dashboard, name="dashboard"),
]
