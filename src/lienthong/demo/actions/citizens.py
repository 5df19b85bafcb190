"""Citizens of the demonstration who have an account; their codes stand on the page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lienthong.demo.contracts import Login
from lienthong.identity.public import Account, PartyFacts, PartyKind, create_citizen

CITIZEN = PartyFacts(
    PartyKind.CITIZEN, "Nguyễn Thị Mai", "019090100001", telephone="0912000001", email="nguoidan@example.vn"
)
MANAGER = PartyFacts(
    PartyKind.CITIZEN, "Trần Văn Hùng", "019078100002", telephone="0912000002", email="doanhnghiep@example.vn"
)
BUSINESS = PartyFacts(PartyKind.BUSINESS, "Công ty TNHH Chè Tân Cương", "4600987654")
PEOPLE = ((CITIZEN, None), (MANAGER, BUSINESS))


@transaction.atomic
def open_citizens(*, at: datetime) -> None:
    """A citizen, and one who represents a business, unless they are there."""
    known = set(
        Account.objects.filter(number__in=[one.number for one, _ in PEOPLE]).values_list("number", flat=True)
    )
    for person, business in PEOPLE:
        if person.number not in known:
            create_citizen(facts=person, business=business, language="vi", at=at)


def citizen_logins() -> list[Login]:
    """With what they sign in at /sign-in/."""
    return [
        Login(f"{one.number}  {one.email}", "code on the page, /sign-in/", f"{one.name}, {what}")
        for (one, _business), what in zip(PEOPLE, ("citizen", f"represents {BUSINESS.name}"), strict=True)
    ]
