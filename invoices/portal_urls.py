"""What the customer's link opens: /p/<token>/ ..."""

from django.urls import path

from invoices.views import (
    portal,
    portal_acts,
    portal_done,
    portal_pay,
    portal_plan,
    portal_satisfaction,
    portal_settlement,
    portal_sign,
)

urlpatterns = [
    path("", portal.portal, name="portal"),
    path("code/", portal.portal_code, name="portal-code"),
    path("code/confirm/", portal.portal_confirm, name="portal-confirm"),
    path("pay/", portal_pay.portal_pay, name="portal-pay"),
    path("pay/code/", portal_pay.portal_qr, name="portal-qr"),
    path("invoices/<int:pk>/", portal_pay.portal_invoice, name="portal-invoice"),
    path("promise/", portal_acts.portal_promise, name="portal-promise"),
    path("query/", portal_acts.portal_query, name="portal-query"),
    path("call/", portal_acts.portal_call, name="portal-call"),
    path("contact/", portal_acts.portal_contact, name="portal-contact"),
    path("plan/", portal_plan.portal_plan, name="portal-plan"),
    path("plan/propose/", portal_plan.portal_propose, name="portal-propose"),
    path("plan/<slug:key>/", portal_plan.portal_choose, name="portal-choose"),
    path("sign/", portal_sign.portal_sign, name="portal-sign"),
    path("sign/agreement/", portal_sign.portal_agreement, name="portal-agreement"),
    path("sign/decline/", portal_sign.portal_decline, name="portal-decline"),
    path("settlement/", portal_settlement.portal_settlement, name="portal-settlement"),
    path("satisfaction/<slug:answer>/", portal_satisfaction.portal_satisfaction, name="portal-satisfaction"),
    path("done/<slug:what>/", portal_done.portal_done, name="portal-done"),
]
