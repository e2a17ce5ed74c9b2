"""Who owes us, and who we are: /b/<business>/ ..."""

from django.urls import path

from customers.views import accounts, attachments, claims, contacts, customers, members, settings, tasks

urlpatterns = [
    path("settings/", settings.edit_business, name="settings"),
    path("settings/logo/", settings.edit_logo, name="settings-logo"),
    path("settings/logo/picture/", settings.show_logo, name="settings-logo-picture"),
    path("settings/logo/remove/", settings.remove_logo, name="settings-logo-remove"),
    path("settings/rules/", settings.edit_rules, name="settings-rules"),
    path("settings/contact/", settings.edit_contact_rules, name="settings-contact"),
    path("settings/closing-days/", settings.edit_closing_days, name="settings-closing"),
    path("settings/closing-days/remove/", settings.remove_closing_days, name="settings-closing-remove"),
    path("settings/members/", members.member_list, name="member-list"),
    path("settings/members/<int:pk>/role/", members.member_role, name="member-role"),
    path("settings/members/<int:pk>/remove/", members.member_remove, name="member-remove"),
    path("settings/members/<int:pk>/remind/", members.member_remind, name="member-remind"),
    path("accounts/<int:pk>/", accounts.account_change, name="account-change"),
    path("accounts/<int:pk>/confirm/", accounts.account_confirm, name="account-confirm"),
    path("accounts/<int:pk>/drop/", accounts.account_drop, name="account-drop"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task-detail"),
    path("tasks/<int:pk>/complete/", tasks.task_complete, name="task-complete"),
    path("tasks/<int:pk>/cancel/", tasks.task_cancel, name="task-cancel"),
    path("tasks/<int:pk>/assign/", tasks.task_assign, name="task-assign"),
    path("tasks/<int:pk>/snooze/", tasks.task_snooze, name="task-snooze"),
    path("tasks/<int:pk>/snooze/back/", tasks.task_snooze_back, name="task-snooze-back"),
    path("customers/add/", customers.customer_add, name="customer-add"),
    path("customers/<int:pk>/edit/", customers.customer_edit, name="customer-edit"),
    path("customers/<int:pk>/flags/", customers.customer_flags, name="customer-flags"),
    path("customers/<int:pk>/contacts/add/", contacts.contact_add, name="contact-add"),
    path("customers/<int:pk>/card/", contacts.contact_card, name="contact-card"),
    path("customers/<int:pk>/claims/add/", claims.claim_add, name="claim-add"),
    path("claims/<int:pk>/", claims.claim_check, name="claim-check"),
    path("customers/<int:pk>/papers/add/", attachments.attachment_add, name="attachment-add"),
    path("papers/<int:pk>/", attachments.attachment_file, name="attachment-file"),
    path("papers/<int:pk>/remove/", attachments.attachment_remove, name="attachment-remove"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/verify/", contacts.contact_verify, name="contact-verify"),
]
