"""What is owed and what came in: /b/<business>/ ..."""

from django.urls import path

from invoices.views import customers, disputes, imports, invoices, links, matching, payments, promises, rates, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("customers/", customers.customer_list, name="customer-list"),
    path("customers/<int:pk>/payments/add/", payments.payment_add, name="payment-add"),
    path("payments/<int:pk>/match/", matching.payment_match, name="payment-match"),
    path("credit-notes/<int:pk>/match/", matching.credit_match, name="credit-match"),
    path("payments/<int:pk>/return/", payments.payment_return, name="payment-return"),
    path("invoices/", invoices.invoice_list, name="invoice-list"),
    path("invoices/<int:pk>/reminders/", invoices.invoice_reminders, name="invoice-reminders"),
    path("invoices/<int:pk>/copy/", invoices.invoice_file, name="invoice-file"),
    path("invoices/<int:pk>/disputes/add/", disputes.dispute_open, name="dispute-open"),
    path("queries/", disputes.dispute_list, name="dispute-list"),
    path("disputes/<int:pk>/", disputes.dispute_detail, name="dispute-detail"),
    path("disputes/<int:pk>/answer/", disputes.dispute_answer, name="dispute-answer"),
    path("disputes/<int:pk>/give/", disputes.dispute_give, name="dispute-give"),
    path("promises/", promises.promise_list, name="promise-list"),
    path("promises/<int:pk>/", promises.promise_detail, name="promise-detail"),
    path("promises/<int:pk>/cancel/", promises.promise_cancel, name="promise-cancel"),
    path("customers/<int:pk>/promises/add/", promises.promise_add, name="promise-add"),
    path("customers/<int:pk>/links/", links.link_list, name="link-list"),
    path("customers/<int:pk>/links/add/", links.link_add, name="link-add"),
    path("links/<int:pk>/revoke/", links.link_revoke, name="link-revoke"),
    path("links/<int:pk>/reissue/", links.link_reissue, name="link-reissue"),
    path("links/<int:pk>/preview/", links.link_preview, name="link-preview"),
    path("disputes/<int:pk>/resolve/", disputes.dispute_resolve, name="dispute-resolve"),
    path("invoices/<int:pk>/interest/waive/", rates.interest_waive, name="interest-waive"),
    path("invoices/<int:pk>/interest/claim/", rates.interest_claim, name="interest-claim"),
    path("settings/interest/", rates.rate_list, name="rate-list"),
    path("settings/interest/rates/", rates.rate_save, name="rate-save"),
    path("settings/interest/rates/<int:pk>/forget/", rates.rate_forget, name="rate-forget"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/add/", imports.import_add, name="import-add"),
    path("imports/check/<slug:kind>/<slug:sha256>/", imports.import_check, name="import-check"),
    path("imports/<int:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<int:pk>/problems/", imports.import_problems, name="import-problems"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import-undo"),
]
