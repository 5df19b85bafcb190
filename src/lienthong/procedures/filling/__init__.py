"""A form on a page: its questions drawn as accessible fields, and what was sent read back into answers.

`form_pages` and `answers_from_post` are two sides of one thing: the names of the inputs. Whoever lets
somebody fill in a form (the preview of a draft, the counter, the portal) draws with the one through
`procedures/_form.html` and reads with the other; `procedures/_answers.html` shows answers to read.
"""

from lienthong.procedures.filling.contracts import (
    DrawnField,
    DrawnForm,
    DrawnPage,
    KeptFile,
    NoPlaces,
    Place,
    Places,
    Posted,
)
from lienthong.procedures.filling.drawing import every_question, form_pages
from lienthong.procedures.filling.inventing import invented_answers
from lienthong.procedures.filling.posting import answers_from_post
from lienthong.procedures.filling.prefilling import prefilled_answers, said_for, same_answers

__all__ = [
    "DrawnField",
    "DrawnForm",
    "DrawnPage",
    "KeptFile",
    "NoPlaces",
    "Place",
    "Places",
    "Posted",
    "answers_from_post",
    "every_question",
    "form_pages",
    "invented_answers",
    "prefilled_answers",
    "said_for",
    "same_answers",
]
