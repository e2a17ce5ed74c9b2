"""What is owed and what came in: /b/<business>/ ..."""

from django.urls import path

from invoices.views import customers, disputes, invoices, payments, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("customers/", customers.customer_list, name="customer-list"),
    path("customers/<int:pk>/payments/add/", payments.payment_add, name="payment-add"),
    path("payments/<int:pk>/return/", payments.payment_return, name="payment-return"),
    path("invoices/", invoices.invoice_list, name="invoice-list"),
    path("invoices/<int:pk>/reminders/", invoices.invoice_reminders, name="invoice-reminders"),
    path("invoices/<int:pk>/copy/", invoices.invoice_file, name="invoice-file"),
    path("invoices/<int:pk>/disputes/add/", disputes.dispute_open, name="dispute-open"),
    path("disputes/<int:pk>/resolve/", disputes.dispute_resolve, name="dispute-resolve"),
]
