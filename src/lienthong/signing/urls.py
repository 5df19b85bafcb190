"""Addresses that certificates carry; they must stay as they are for as long as the certificates last."""

from __future__ import annotations

from django.urls import path

from lienthong.signing import web

app_name = "signing"
urlpatterns = [
    path("ocsp", web.ocsp, name="ocsp"),
    path("ocsp/<path:encoded>", web.ocsp_in_address, name="ocsp-in-address"),
    path("crl/<slug:authority>.crl", web.revocation_list, name="crl"),
    path("ca/<slug:authority>.crt", web.certificate, name="certificate"),
    path("tsa", web.timestamp, name="timestamp"),
]
