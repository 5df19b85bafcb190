"""Addresses of the one-stop."""

from django.urls import path

from lienthong.dossiers.web import acting, lists, receiving, results, slips

app_name = "dossiers"
urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("finish/", lists.finish_many, name="finish_many"),
    path("all/", lists.dossiers, name="dossiers"),
    path("receive/", receiving.receive, name="receive"),
    path("receive/<int:offer_id>/", receiving.receive_form, name="receive_form"),
    path("<uuid:dossier_id>/", acting.dossier, name="dossier"),
    path("<uuid:dossier_id>/do/<slug:verb>/", acting.act, name="act"),
    path("slips/<uuid:slip_id>.pdf", slips.slip, name="slip"),
    path("<uuid:dossier_id>/control-slip.pdf", slips.control_slip, name="control_slip"),
    path("<uuid:dossier_id>/results/new/", results.draft, name="draft_result"),
    path("results/", results.to_sign, name="to_sign"),
    path("results/<uuid:result_id>/", results.result, name="result"),
    path("results/<uuid:result_id>.pdf", results.result_pdf, name="result_pdf"),
    path("results/<uuid:result_id>/change/", results.change, name="change_result"),
    path("results/<uuid:result_id>/sign/", results.sign, name="sign_result"),
    path("results/<uuid:result_id>/drop/", results.drop, name="drop_result"),
]
