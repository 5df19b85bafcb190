"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import (
    applying,
    figures,
    following,
    following_acts,
    following_files,
    following_own,
    following_supplement,
    home,
    pages,
    parts,
    receipts,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("figures/", figures.figures, name="figures"),
    path("figures/late/", figures.late, name="late"),
    path("open-data/", figures.open_data, name="open_data"),
    path("open-data/catalogue.jsonld", figures.open_catalogue, name="open_catalogue"),
    path("open-data/<slug:key>.<slug:kind>", figures.dataset, name="dataset"),
    path("apply/<int:offer_id>/", applying.apply, name="apply"),
    path("drafts/", applying.drafts, name="drafts"),
    path("drafts/resume/", applying.resume, name="resume"),
    path("drafts/<uuid:draft_id>/", pages.draft, name="draft"),
    path("drafts/<uuid:draft_id>/form/<slug:key>/", pages.form_page, name="form_page"),
    path("drafts/<uuid:draft_id>/papers/", parts.papers_page, name="papers"),
    path("drafts/<uuid:draft_id>/person/", parts.person_page, name="person"),
    path("drafts/<uuid:draft_id>/review/", parts.review_page, name="review"),
    path("drafts/<uuid:draft_id>/receipt/", receipts.receipt, name="receipt"),
    path("drafts/<uuid:draft_id>/receipt/pdf/", receipts.receipt_pdf, name="receipt_pdf"),
    path("drafts/<uuid:draft_id>/pay/", receipts.pay, name="pay"),
    path("drafts/<uuid:draft_id>/discard/", applying.discard, name="discard"),
    path("drafts/<uuid:draft_id>/files/<int:file_id>/", applying.draft_file, name="draft_file"),
    path("follow/", following.follow, name="follow"),
    path("my/dossiers/", following_own.mine, name="mine"),
    path("my/dossiers/<uuid:dossier_id>/", following_own.dossier, name="dossier"),
    path("my/dossiers/<uuid:dossier_id>/opened/", following_own.opened, name="opened"),
    path("my/dossiers/<uuid:dossier_id>/supplement/", following_supplement.supplement, name="supplement"),
    path("my/dossiers/<uuid:dossier_id>/withdraw/", following_acts.withdraw, name="withdraw"),
    path("my/dossiers/<uuid:dossier_id>/pay/", following_acts.pay, name="pay"),
    path("my/slips/<uuid:slip_id>/", following_files.slip, name="slip"),
    path("my/papers/<int:paper_id>/", following_files.paper, name="paper"),
    path("my/results/<uuid:result_id>/", following_files.result, name="result"),
    path("my/documents/", following_own.documents, name="documents"),
    path("my/documents/<uuid:held_id>/", following_files.document, name="document"),
]
