"""Addresses of the one-stop."""

from django.urls import path

from lienthong.dossiers.web import (
    acting,
    book,
    lists,
    national,
    papers,
    receiving,
    results,
    slips,
    statistics,
)

app_name = "dossiers"
urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("finish/", lists.finish_many, name="finish_many"),
    path("assign/", lists.assign, name="assign"),
    path("all/", lists.dossiers, name="dossiers"),
    path("receive/", receiving.receive, name="receive"),
    path("receive/<int:offer_id>/", receiving.receive_form, name="receive_form"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/dossiers/", statistics.behind, name="behind"),
    path("statistics/unused/", statistics.unused_services, name="unused"),
    path("book/", book.book, name="book"),
    path("<uuid:dossier_id>/", acting.dossier, name="dossier"),
    path("<uuid:dossier_id>/do/<slug:verb>/", acting.act, name="act"),
    path("papers/<int:paper_id>/", papers.paper, name="paper"),
    path("slips/<uuid:slip_id>.pdf", slips.slip, name="slip"),
    path("<uuid:dossier_id>/control-slip.pdf", slips.control_slip, name="control_slip"),
    path("<uuid:dossier_id>/results/new/", results.draft, name="draft_result"),
    path("results/", results.to_sign, name="to_sign"),
    path("results/<uuid:result_id>/", results.result, name="result"),
    path("results/<uuid:result_id>.pdf", results.result_pdf, name="result_pdf"),
    path("results/<uuid:result_id>/change/", results.change, name="change_result"),
    path("results/<uuid:result_id>/sign/", results.sign, name="sign_result"),
    path("results/<uuid:result_id>/drop/", results.drop, name="drop_result"),
    path("national/", national.national, name="national"),
    path("national/retry/", national.national_retry, name="national_retry"),
    path("national/export/", national.national_export, name="national_export"),
]
