"""Sealed secrets open only for their row, their purpose and their master key."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from lienthong.signing.public import SecretUnreadable, open_secret, seal_secret
from lienthong.signing.sealing import MasterKeyInvalid, Seal, SealBroken

MASTER = "0123456789abcdef" * 4


def test_a_secret_opens_for_its_own_row_only() -> None:
    sealed = seal_secret(b"secret", about="row 1")
    assert b"secret" not in sealed
    assert sealed != seal_secret(b"secret", about="row 1")
    assert open_secret(sealed, about="row 1") == b"secret"
    with pytest.raises(SecretUnreadable):
        open_secret(sealed, about="row 2")


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 12, b"x" * 64])
def test_bytes_that_were_never_sealed_do_not_open(sealed: bytes) -> None:
    with pytest.raises(SecretUnreadable):
        open_secret(sealed, about="row 1")


def test_another_purpose_or_master_key_opens_nothing() -> None:
    sealed = Seal(MASTER, purpose=b"one").seal(b"secret", about=b"")
    for other in (Seal(MASTER, purpose=b"two"), Seal("ff" * 32, purpose=b"one")):
        with pytest.raises(SealBroken):
            other.open(sealed, about=b"")


def test_a_wrong_master_key_is_told(settings: Settings) -> None:
    settings.MASTER_KEY = "short"
    with pytest.raises(MasterKeyInvalid):
        seal_secret(b"secret", about="row 1")
