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
from lienthong.procedures.filling import (
    DrawnForm,
    KeptFile,
    Posted,
    answers_from_post,
    form_pages,
    prefilled_answers,
)
from lienthong.procedures.form import Form, Prefill
from lienthong.procedures.places import Communes
from lienthong.procedures.queries import find_by_code
from lienthong.procedures.stored import definition_of

__all__ = [
    "NATIONAL_OFFERS",
    "AuthorityMissing",
    "Communes",
    "Definition",
    "DrawnForm",
    "Form",
    "KeptFile",
    "Loaded",
    "Paper",
    "Posted",
    "Prefill",
    "ProcedurePublished",
    "answers_from_post",
    "definition_of",
    "find_by_code",
    "form_pages",
    "load_catalogue",
    "load_offers",
    "prefilled_answers",
    "save_draft",
    "start_draft",
]
