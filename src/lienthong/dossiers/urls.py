"""Addresses of dossiers."""

from lienthong.dossiers import urls_slips

app_name = "dossiers"
urlpatterns = [*urls_slips.urlpatterns]
