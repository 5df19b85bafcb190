"""Addresses of slips."""

from django.urls import path

from lienthong.dossiers.web import slips

urlpatterns = [
    path("slips/<uuid:slip_id>.pdf", slips.slip, name="slip"),
    path("<uuid:dossier_id>/control-slip.pdf", slips.control_slip, name="control_slip"),
]
