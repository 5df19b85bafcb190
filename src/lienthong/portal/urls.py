"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import (
    following,
    following_acts,
    following_files,
    following_own,
    following_supplement,
    home,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
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
