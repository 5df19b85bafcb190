"""Addresses of the office."""

from django.urls import path

from lienthong.office.web import compose, incoming, outgoing, previewing, reviewing, signing, versions

app_name = "office"
urlpatterns = [
    path("incoming/", incoming.incoming, name="incoming"),
    path("incoming/export/", incoming.incoming_export, name="incoming_export"),
    path("incoming/<uuid:document_id>/", incoming.incoming_detail, name="incoming_detail"),
    path("incoming/<uuid:document_id>/register/", incoming.register, name="register"),
    path("incoming/<uuid:document_id>/refuse/", incoming.refuse, name="refuse"),
    path("incoming/<uuid:document_id>/assign/", incoming.assign, name="assign"),
    path("incoming/<uuid:document_id>/start/", incoming.start, name="start"),
    path("incoming/<uuid:document_id>/finish/", incoming.finish, name="finish"),
    path("incoming/<uuid:document_id>/change/accept/", incoming.accept_change, name="accept_change"),
    path("incoming/<uuid:document_id>/change/refuse/", incoming.refuse_change, name="refuse_change"),
    path("incoming/<uuid:document_id>/files/<int:position>/", incoming.incoming_file, name="incoming_file"),
    path("incoming/<uuid:document_id>/product/", incoming.incoming_product, name="incoming_product"),
    path("outgoing/", outgoing.outgoing, name="outgoing"),
    path("outgoing/export/", outgoing.outgoing_export, name="outgoing_export"),
    path("outgoing/<uuid:document_id>/", outgoing.outgoing_detail, name="outgoing_detail"),
    path("outgoing/<uuid:document_id>/progress/", outgoing.outgoing_progress, name="outgoing_progress"),
    path("outgoing/<uuid:document_id>/sign-and-send/", outgoing.sign_and_send, name="sign_and_send"),
    path("outgoing/<uuid:document_id>/send-again/", outgoing.send_again, name="send_again"),
    path("outgoing/<uuid:document_id>/revoke/", outgoing.revoke, name="revoke"),
    path("outgoing/<uuid:document_id>/take-back/", outgoing.take_back, name="take_back"),
    path("outgoing/<uuid:document_id>/discard/", outgoing.discard, name="discard"),
    path("outgoing/<uuid:document_id>/edit/", compose.revise, name="revise"),
    path("outgoing/<uuid:document_id>/pdf/", outgoing.outgoing_pdf, name="outgoing_pdf"),
    path("outgoing/<uuid:document_id>/versions/", versions.versions, name="versions"),
    path("outgoing/<uuid:document_id>/versions/<int:number>/pdf/", versions.version_pdf, name="version_pdf"),
    path("outgoing/<uuid:document_id>/submit/", reviewing.submit, name="submit"),
    path("outgoing/<uuid:document_id>/opinion/", reviewing.opinion, name="opinion"),
    path("to-sign/", signing.to_sign, name="to_sign"),
    path("to-sign/<uuid:list_id>/", signing.signing_list, name="signing_list"),
    path("to-sign/<uuid:list_id>/next/", signing.sign_next, name="sign_next"),
    path("to-sign/<uuid:list_id>/stop/", signing.stop_signing, name="stop_signing"),
    path("reviews/", reviewing.waiting, name="reviews"),
    path("review-chains/", reviewing.chains, name="review_chains"),
    path("review-chains/edit/", reviewing.chain, name="review_chain"),
    path("compose/", compose.compose, name="compose"),
    path("compose/preview/", previewing.preview, name="preview"),
    path("compose/recipients/", compose.recipients, name="recipients"),
]
