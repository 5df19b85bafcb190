"""What officials are told of dossiers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.notifications.public import Kind, Way, register_kind

ABOUT_TO_BE_LATE = register_kind(
    Kind(
        "dossiers.about-to-be-late",
        _("Dossiers of my agency are about to be late"),
        _("Dossiers about to be late: %(number)s, the first at %(first)s. Confirm the apologies drafted."),
        Way.APP,
    )
)
APPOINTMENTS_TODAY = register_kind(
    Kind(
        "dossiers.appointments-today",
        _("Appointments at my counter today"),
        _("Appointments today: %(number)s, the first at %(first)s."),
        Way.APP,
    )
)
