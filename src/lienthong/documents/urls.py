"""Addresses of verification and of documents."""

from django.urls import path

from lienthong.documents import web

urlpatterns = [
    path("verify", web.verify, name="verify"),
    path("documents/<uuid:document_id>/pdf", web.pdf, name="document_pdf"),
]
