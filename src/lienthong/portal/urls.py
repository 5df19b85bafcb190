"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import applying, counter, home, pages, parts, receipts, signing

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
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
    path("drafts/<uuid:draft_id>/counter/", counter.show, name="show_at_counter"),
    path("at-counter/", counter.at_counter, name="at_counter"),
    path("drafts/<uuid:draft_id>/signers/", signing.signers, name="signers"),
    path("sign/", signing.co_sign, name="co_sign"),
    path("drafts/<uuid:draft_id>/files/<int:file_id>/", applying.draft_file, name="draft_file"),
]
