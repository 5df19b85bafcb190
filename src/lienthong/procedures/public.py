"""The door of `procedures`: the catalogue, its forms and processes, and the game that a dossier plays."""

from lienthong.procedures.actions.loading import (
    NATIONAL_OFFERS,
    AuthorityMissing,
    Loaded,
    load_catalogue,
    load_offers,
)
from lienthong.procedures.contracts import ProcedurePublished

__all__ = [
    "NATIONAL_OFFERS",
    "AuthorityMissing",
    "Loaded",
    "ProcedurePublished",
    "load_catalogue",
    "load_offers",
]
