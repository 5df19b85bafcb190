"""Every address of the installation."""

from __future__ import annotations

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from lienthong.config import web

handler400 = "lienthong.ui.web.bad_request"
handler403 = "lienthong.ui.web.permission_denied"
handler404 = "lienthong.ui.web.page_not_found"
handler500 = "lienthong.ui.web.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", web.healthz, name="healthz"),
    path("readyz", web.readyz, name="readyz"),
    path("metrics", web.metrics_page, name="metrics"),
    *([path("", include("lienthong.portal.urls"))] if apps.is_installed("lienthong.portal") else []),
    path("", include("lienthong.ui.urls")),
    path("", include("lienthong.identity.urls")),
    path("directory/", include("lienthong.directory.urls")),
    path("", include("lienthong.documents.urls")),
    path("", include("lienthong.notifications.urls")),
    path("pki/", include("lienthong.signing.urls")),
    path("axis/", include("lienthong.axis.urls")),
    path("lgsp/", include("lienthong.axis.rest.lgsp.urls")),
]

if apps.is_installed("lienthong.office"):
    urlpatterns += [
        path("office/", include("lienthong.office.urls")),
        path("tasks/", include("lienthong.tasks.urls")),
        path("procedures/", include("lienthong.procedures.urls")),
        path("dossiers/", include("lienthong.dossiers.urls")),
        path("payments/", include("lienthong.payments.urls")),
        path("", include("lienthong.participation.urls")),
    ]
