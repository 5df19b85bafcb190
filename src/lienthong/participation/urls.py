"""Addresses of feedback and ratings."""

from django.urls import path

from lienthong.participation.open311 import endpoints
from lienthong.participation.web import arranging, desk, own, public, rating, writing

app_name = "participation"
urlpatterns = [
    path("feedback/", public.public, name="public"),
    path("feedback/map/", public.public_map, name="map"),
    path("feedback/figures/", public.figures, name="figures"),
    path("feedback/published/<uuid:feedback_id>/", public.public_one, name="public_one"),
    path("feedback/published/photos/<uuid:photo_id>/", public.public_photo, name="public_photo"),
    path("feedback/write/", writing.write, name="write"),
    path("feedback/write/map.svg", writing.write_map, name="write_map"),
    path("feedback/write/photos/<uuid:photo_id>/", writing.write_photo, name="write_photo"),
    path("feedback/write/<slug:page>/", writing.write, name="write_page"),
    path("feedback/follow/", own.follow, name="follow"),
    path("feedback/mine/", own.mine, name="mine"),
    path("feedback/own/<uuid:feedback_id>/", own.own, name="own"),
    path("feedback/own/<uuid:feedback_id>/photos/<uuid:photo_id>/", own.own_photo, name="own_photo"),
    path("feedback/own/<uuid:feedback_id>/reopen/", own.reopen, name="reopen"),
    path("feedback/own/<uuid:feedback_id>/accept/", own.accept, name="accept"),
    path("ratings/<uuid:dossier_id>/", rating.rate, name="rate"),
    path("participation/desk/", desk.desk, name="desk"),
    path("participation/desk/ratings/", desk.desk_ratings, name="desk_ratings"),
    path("participation/desk/ratings/<uuid:rating_id>/answer/", desk.answer_rating, name="answer_rating"),
    path("participation/desk/<uuid:feedback_id>/", desk.desk_one, name="desk_one"),
    path("participation/desk/<uuid:feedback_id>/photos/<uuid:photo_id>/", desk.desk_photo, name="desk_photo"),
    path("participation/desk/<uuid:feedback_id>/<slug:verb>/", desk.act, name="desk_act"),
    path("participation/competence/", arranging.competence, name="competence"),
    path(
        "participation/competence/<int:competence_id>/remove/",
        arranging.remove_competence,
        name="remove_competence",
    ),
    path("participation/clients/", arranging.clients, name="clients"),
    path("participation/clients/<int:client_id>/disable/", arranging.disable_client, name="disable_client"),
    path("open311/discovery.<slug:form>", endpoints.discovery, name="open311_discovery"),
    path("open311/v2/services.<slug:form>", endpoints.services, name="open311_services"),
    path("open311/v2/services/<slug:code>.<slug:form>", endpoints.service, name="open311_service"),
    path("open311/v2/requests.<slug:form>", endpoints.requests, name="open311_requests"),
    path("open311/v2/requests/<uuid:request_id>.<slug:form>", endpoints.one_request, name="open311_request"),
]
