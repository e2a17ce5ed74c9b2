"""What we do next: /b/<business>/ ..."""

from django.urls import path

from reminders.views import calls, customers, dashboard, invoices, letters, release

urlpatterns = [
    path("", dashboard.show_dashboard, name="dashboard"),
    path("customers/<int:pk>/", customers.customer_detail, name="customer-detail"),
    path("customers/<int:pk>/timeline/", customers.customer_timeline, name="customer-timeline"),
    path("invoices/<int:pk>/", invoices.invoice_detail, name="invoice-detail"),
    path("tasks/<int:pk>/call/", calls.call_log, name="call-log"),
    path("settings/start/", release.release_ledger, name="settings-release"),
    path("letters/", letters.letter_list, name="letter-list"),
    path("letters/approve/", letters.letter_approve_ticked, name="letter-approve-ticked"),
    path("letters/<int:pk>/", letters.letter_detail, name="letter-detail"),
    path("letters/<int:pk>/pdf/", letters.letter_file, name="letter-file"),
    path("letters/<int:pk>/approve/", letters.letter_approve, name="letter-approve"),
    path("letters/<int:pk>/cancel/", letters.letter_cancel, name="letter-cancel"),
]
