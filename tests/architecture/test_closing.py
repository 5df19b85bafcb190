"""Every table that names an agency says whether its rows keep the agency from being closed."""

from __future__ import annotations

from lienthong.directory.public import undeclared_pointers


def test_every_foreign_key_to_an_agency_says_what_it_means_for_closing() -> None:
    assert undeclared_pointers() == []
