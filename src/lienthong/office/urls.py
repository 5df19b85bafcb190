"""Addresses of the office."""

from django.urls import path

from lienthong.office.web import compose, incoming, outgoing, work_files

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
    path("work-files/", work_files.work_files, name="work_files"),
    path("work-files/export/", work_files.work_files_export, name="work_files_export"),
    path("work-files/new/", work_files.open_work_file, name="open_work_file"),
    path(
        "work-files/put/<str:kind>/<uuid:document_id>/",
        work_files.put_into_work_file,
        name="put_into_work_file",
    ),
    path("work-files/<uuid:file_id>/", work_files.work_file, name="work_file"),
    path("work-files/<uuid:file_id>/revise/", work_files.revise_work_file, name="revise_work_file"),
    path(
        "work-files/<uuid:file_id>/take-out/<int:position>/",
        work_files.take_out_of_work_file,
        name="take_out_of_work_file",
    ),
    path("work-files/<uuid:file_id>/close/", work_files.close_work_file, name="close_work_file"),
    path("work-files/<uuid:file_id>/reopen/", work_files.reopen_work_file, name="reopen_work_file"),
    path("work-files/<uuid:file_id>/hand-in/", work_files.hand_in_work_file, name="hand_in_work_file"),
    path("work-files/<uuid:file_id>/accept/", work_files.accept_work_file, name="accept_work_file"),
    path("work-files/<uuid:file_id>/return/", work_files.return_work_file, name="return_work_file"),
    path("work-files/<uuid:file_id>/package/", work_files.work_file_package, name="work_file_package"),
    path("work-files/<uuid:file_id>/<str:paper>.pdf", work_files.work_file_paper, name="work_file_paper"),
    path("compose/", compose.compose, name="compose"),
    path("compose/recipients/", compose.recipients, name="recipients"),
]
