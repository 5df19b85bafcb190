"""Addresses of the catalogue."""

from django.urls import path

from lienthong.procedures.web import catalogue, drafting, offering, previewing, rehearsing, samples

app_name = "procedures"
urlpatterns = [
    path("", catalogue.procedures, name="procedures"),
    path("export/", catalogue.procedures_export, name="procedures_export"),
    path("places/", previewing.places, name="places"),
    path("fees/", offering.offer_fees, name="offer_fees"),
    path("fees/<uuid:procedure_id>/", offering.offer_fee, name="offer_fee"),
    path("<uuid:procedure_id>/", catalogue.procedure_detail, name="procedure_detail"),
    path("<uuid:procedure_id>/draft/", drafting.start, name="start"),
    path("versions/<uuid:version_id>/", catalogue.version_detail, name="version_detail"),
    path("versions/<uuid:version_id>/differences/", catalogue.version_differences, name="differences"),
    path("versions/<uuid:version_id>/process.bpmn", catalogue.version_bpmn, name="bpmn"),
    path("versions/<uuid:version_id>/definition.json", catalogue.version_json, name="json"),
    path("versions/<uuid:version_id>/rehearse/", rehearsing.rehearse, name="rehearse"),
    path("versions/<uuid:version_id>/form/", previewing.preview, name="preview"),
    path("versions/<uuid:version_id>/edit/questions/<slug:page>/", drafting.edit, name="edit_page"),
    path(
        "versions/<uuid:version_id>/edit/questions/<slug:page>/<slug:group>/",
        drafting.edit,
        name="edit_group",
    ),
    path("versions/<uuid:version_id>/edit/<slug:part>/", drafting.edit, name="edit"),
    path("samples/<int:sample_id>/", samples.sample, name="sample"),
    path("versions/<uuid:version_id>/read/", drafting.read_file, name="read_file"),
    path("versions/<uuid:version_id>/publish/", drafting.publish, name="publish"),
    path("versions/<uuid:version_id>/discard/", drafting.discard, name="discard"),
    path("versions/<uuid:version_id>/withdraw/", drafting.withdraw, name="withdraw"),
]
