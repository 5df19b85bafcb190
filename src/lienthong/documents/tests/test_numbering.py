"""Numbers run from 1 with no gap and none twice."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from lienthong.directory.public import Division
from lienthong.documents.contracts import CERTIFICATE_TYPES, DOCUMENT_TYPES, TYPES
from lienthong.documents.numbering import NumberOutsideTransaction, notation_of, take_number
from lienthong.documents.tests.factories import make_agency


@pytest.mark.django_db
def test_numbers_run_from_one_for_each_agency_register_and_year() -> None:
    one, other = make_agency(), make_agency()
    assert [take_number(agency=one, register="documents", year=2026) for _ in range(3)] == [1, 2, 3]
    assert take_number(agency=one, register="documents", year=2027) == 1
    assert take_number(agency=one, register="decisions", year=2026) == 1
    assert take_number(agency=other, register="documents", year=2026) == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NumberOutsideTransaction):
        take_number(agency=make_agency(), register="documents", year=2026)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_take_none_twice_even_when_some_are_undone() -> None:
    agency, taken, barrier = make_agency(), list[int](), threading.Barrier(8)

    def run(worker: int) -> None:
        barrier.wait()
        for turn in range(10):
            with transaction.atomic():
                number = take_number(agency=agency, register="documents", year=2026)
                if (worker + turn) % 3 == 0:
                    transaction.set_rollback(True)
                    continue
            taken.append(number)
        connection.close()

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) > 40
    assert Counter(taken) == Counter(range(1, len(taken) + 1))


def test_there_are_29_types_and_no_abbreviation_twice() -> None:
    abbreviations = [kind.abbreviation for kind in DOCUMENT_TYPES if kind.abbreviation]
    assert len(DOCUMENT_TYPES) == 29
    assert len(set(abbreviations)) == len(abbreviations) == 27
    others = [kind.abbreviation for kind in CERTIFICATE_TYPES]
    assert len(set(others) | set(abbreviations)) == 27 + len(others), "nor one of a certificate"
    assert len(TYPES) == 29 + len(others)


@pytest.mark.django_db
def test_the_notation_names_type_and_agency_and_of_a_letter_the_drafting_unit() -> None:
    agency = make_agency(short_name="UBND")
    division = Division.objects.create(agency=agency, name="Phòng Kinh tế", short_name="KT")
    assert notation_of(TYPES["QD"], agency, division) == "QĐ-UBND"
    assert notation_of(TYPES["CV"], agency, division) == "UBND-KT"
    assert notation_of(TYPES["CV"], agency) == "UBND"
