"""What holds an agency open."""

from __future__ import annotations

import pytest
from django.apps import apps

from lienthong.directory import pointers
from lienthong.directory.models import Agency, AgencyAlias
from lienthong.directory.pointers import pointers_to, undeclared_pointers
from lienthong.directory.tests.factories import TODAY, make_agency


def test_every_foreign_key_to_agencies_is_seen() -> None:
    found = {
        (model._meta.label_lower, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model is Agency
    }
    assert found == set(pointers._foreign_keys())
    assert ("directory.agency", "parent") in found


def test_the_directory_speaks_for_its_own() -> None:
    assert [name for name in undeclared_pointers() if name.startswith("directory.")] == []


@pytest.mark.django_db
def test_a_foreign_key_nobody_spoke_for_counts_with_all_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = make_agency()
    AgencyAlias.objects.create(alias="X1", agency=agency)
    assert pointers_to(agency, on=TODAY) == []
    monkeypatch.delitem(pointers._still, ("directory.agencyalias", "agency"))
    assert "directory.agencyalias.agency" in undeclared_pointers()
    (pointer,) = pointers_to(agency, on=TODAY)
    assert (pointer.count, pointer.examples) == (1, ("X1",))


@pytest.mark.django_db
def test_only_a_few_examples_are_named() -> None:
    agency = make_agency()
    for _ in range(pointers.EXAMPLES + 3):
        make_agency(parent=agency)
    (pointer,) = pointers_to(agency, on=TODAY)
    assert (pointer.count, len(pointer.examples)) == (8, 5)
