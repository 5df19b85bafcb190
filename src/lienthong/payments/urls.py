"""Addresses of fees and payments."""

from django.urls import path

from lienthong.payments.web import accounts, acting, gateway, lists, paying, reconciling

app_name = "payments"
urlpatterns = [
    path("", lists.charges, name="charges"),
    path("day/", lists.day, name="day"),
    path("day/export/", lists.day_export, name="day_export"),
    path("subjects/<uuid:subject_id>/", acting.subject, name="subject"),
    path("subjects/<uuid:subject_id>/cash/", acting.cash, name="cash"),
    path("subjects/<uuid:subject_id>/start/", acting.start, name="start"),
    path("subjects/<uuid:subject_id>/waive/", acting.waive_charges, name="waive"),
    path("refunds/<uuid:refund_id>/settle/", acting.refund, name="refund"),
    path("refunds/<uuid:refund_id>/proof/", acting.proof, name="proof"),
    path("receipts/<uuid:payment_id>/", acting.receipt, name="receipt"),
    path("reconciliation/", reconciling.reconciliation, name="reconciliation"),
    path("reconciliation/upload/", reconciling.upload, name="upload"),
    path("reconciliation/<uuid:discrepancy_id>/close/", reconciling.close, name="close"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<slug:provider>/", accounts.account, name="account"),
    path("pay/<uuid:attempt_id>/", paying.attempt, name="attempt"),
    path("pay/<uuid:attempt_id>/state/", paying.attempt_state, name="attempt_state"),
    path("receipts/<uuid:payment_id>/verify/", paying.verify_receipt, name="verify_receipt"),
    path("callback/<slug:provider>/", paying.callback, name="callback"),
    path("gateway/pay/", gateway.page, name="gateway_page"),
    path("gateway/press/", gateway.press, name="gateway_press"),
    path("gateway/statement/", gateway.statement, name="gateway_statement"),
]
