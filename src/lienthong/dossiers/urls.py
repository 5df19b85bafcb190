"""Addresses of the one-stop."""

from django.urls import path

from lienthong.dossiers.web import acting, apologies, appointments, lists, papers, queueing, receiving, slips

app_name = "dossiers"
urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("finish/", lists.finish_many, name="finish_many"),
    path("apologies/", apologies.apologies, name="apologies"),
    path("all/", lists.dossiers, name="dossiers"),
    path("queue/", queueing.hall, name="queue"),
    path("queue/set-up/", queueing.set_up, name="set_up_hall"),
    path("queue/<int:counter_id>/", queueing.counter, name="counter"),
    path("queue/capacity/<int:queue_id>/", appointments.capacity, name="capacity"),
    path("appointments/", appointments.day, name="appointments"),
    path("appointments/<uuid:appointment_id>/cancel/", appointments.cancel, name="cancel_appointment"),
    path("appointments/<uuid:appointment_id>/arrive/", appointments.arrive, name="arrive"),
    path("halls/<uuid:hall_id>/", queueing.display, name="display"),
    path("kiosks/<uuid:key>/", queueing.kiosk, name="kiosk"),
    path("tickets/<uuid:ticket_id>/", queueing.ticket, name="ticket"),
    path("receive/", receiving.receive, name="receive"),
    path("receive/<int:offer_id>/", receiving.receive_form, name="receive_form"),
    path("<uuid:dossier_id>/", acting.dossier, name="dossier"),
    path("<uuid:dossier_id>/do/<slug:verb>/", acting.act, name="act"),
    path("papers/<int:paper_id>/", papers.paper, name="paper"),
    path("slips/<uuid:slip_id>.pdf", slips.slip, name="slip"),
    path("<uuid:dossier_id>/control-slip.pdf", slips.control_slip, name="control_slip"),
]
