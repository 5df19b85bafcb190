"""What makes a paper the same as one that is here: the constraints, which hold for two clerks at once too."""

from __future__ import annotations

from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import MD5

from lienthong.office.states import Source
from lienthong.office.text_search import Plain

# A second original is legitimate: with the reason that the clerk wrote it stands beside the first.
_ENTERED = Q(source__in=[Source.PAPER, Source.MAIL], duplicate_reason="")

ENTERED_ONCE = [
    # By agency, number, date and sender.
    UniqueConstraint(
        F("agency"),
        F("number_key"),
        F("promulgated_on"),
        MD5(Plain(F("sender_name"))),
        condition=_ENTERED & ~Q(code=""),
        nulls_distinct=False,
        name="incoming_paper_once",
    ),
    # Without a number: by agency, date, summary and sender.
    UniqueConstraint(
        F("agency"),
        F("promulgated_on"),
        MD5(F("search_text")),
        condition=_ENTERED & Q(code=""),
        nulls_distinct=False,
        name="incoming_letter_once",
    ),
]
