"""Addresses of the one-stop."""

from django.urls import path

from lienthong.dossiers.web import acting, lists, opinions, papers, receiving, slips

app_name = "dossiers"
urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("finish/", lists.finish_many, name="finish_many"),
    path("assign/", lists.assign, name="assign"),
    path("all/", lists.dossiers, name="dossiers"),
    path("receive/", receiving.receive, name="receive"),
    path("receive/<int:offer_id>/", receiving.receive_form, name="receive_form"),
    path("<uuid:dossier_id>/", acting.dossier, name="dossier"),
    path("<uuid:dossier_id>/do/<slug:verb>/", acting.act, name="act"),
    path("steps/<uuid:task_id>/opinions/", opinions.ask, name="ask_opinions"),
    path("opinions/<uuid:task_id>/give/", opinions.give, name="give_opinion"),
    path("opinions/<uuid:task_id>/withdraw/", opinions.withdraw, name="withdraw_opinion"),
    path("opinions/<uuid:task_id>/<slug:which>.file", opinions.file, name="opinion_file"),
    path("papers/<int:paper_id>/", papers.paper, name="paper"),
    path("slips/<uuid:slip_id>.pdf", slips.slip, name="slip"),
    path("<uuid:dossier_id>/control-slip.pdf", slips.control_slip, name="control_slip"),
]
