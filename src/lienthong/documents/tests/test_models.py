"""What the database holds true of documents and of the blobs they name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from lienthong.documents.public import TYPES
from lienthong.documents.tests.factories import make_document
from lienthong.kernel.blobs import collect_garbage, read_blob, store_blob
from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob


@pytest.mark.django_db
def test_a_blob_that_a_document_names_is_not_collected() -> None:
    named, other = (store_blob([text], at=now(), max_bytes=99) for text in (b"named", b"not named"))
    make_document(uploaded=named)
    Blob.objects.update(created_at=now() - timedelta(days=30))
    collect_garbage(at=now())
    assert read_blob(named) == b"named"
    assert not Blob.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(("language", "name"), [("vi", "Kế hoạch"), ("en", "Plan")])
def test_a_type_is_named_in_the_readers_language(language: str, name: str) -> None:
    with override(language):
        assert TYPES["KH"].name == name
