"""The door of `procedures`: the catalogue, its forms and processes, and the game that a dossier plays."""

from lienthong.procedures.actions.loading import (
    NATIONAL_OFFERS,
    AuthorityMissing,
    Loaded,
    load_catalogue,
    load_offers,
)
from lienthong.procedures.actions.versions import save_draft, start_draft
from lienthong.procedures.contracts import ProcedurePublished
from lienthong.procedures.definition import Definition, Paper
from lienthong.procedures.queries import find_by_code
from lienthong.procedures.stored import definition_of

__all__ = [
    "NATIONAL_OFFERS",
    "AuthorityMissing",
    "Definition",
    "Loaded",
    "Paper",
    "ProcedurePublished",
    "definition_of",
    "find_by_code",
    "load_catalogue",
    "load_offers",
    "save_draft",
    "start_draft",
]
