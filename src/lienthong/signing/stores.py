"""Which key store is in use, and the shelf of sealed keys in the database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from uuid import UUID

from django.conf import settings

from lienthong.signing.adapters.pkcs11 import Pkcs11KeyStore
from lienthong.signing.adapters.software import SoftwareKeyStore
from lienthong.signing.models import SealedKey
from lienthong.signing.ports import KeyStore, KeyStoreUnavailable, LayeredKeyStore


class DatabaseShelf:
    """Sealed keys as rows; several are written with one INSERT."""

    def put(self, sealed: Mapping[UUID, bytes]) -> None:
        """Keep all of them."""
        SealedKey.objects.bulk_create([SealedKey(id=key_id, sealed=data) for key_id, data in sealed.items()])

    def get(self, key_id: UUID) -> bytes | None:
        """The sealed bytes, or None."""
        found = SealedKey.objects.filter(id=key_id).values_list("sealed", flat=True).first()
        return None if found is None else bytes(found)

    def replace(self, key_id: UUID, sealed: bytes) -> None:
        """Keep these instead."""
        SealedKey.objects.filter(id=key_id).update(sealed=sealed)

    def remove(self, key_id: UUID) -> bool:
        """Forget them; false if there were none."""
        return bool(SealedKey.objects.filter(id=key_id).delete()[0])


def new_key_store() -> KeyStore:
    """The store that new keys are made in."""
    return key_store(settings.ENV.key_store)


@cache
def key_store(name: str) -> KeyStore:
    """The store of that name, so that keys made before a change of the setting still work.

    Raises:
        KeyStoreUnavailable: it is not configured, or no store has the name.
    """
    if name == SoftwareKeyStore.name:
        return SoftwareKeyStore(DatabaseShelf(), master_key=settings.MASTER_KEY)
    if name == Pkcs11KeyStore.name and settings.ENV.pkcs11_module:
        return Pkcs11KeyStore(
            module=settings.ENV.pkcs11_module,
            token=settings.ENV.pkcs11_token,
            pin=settings.ENV.pkcs11_pin.get_secret_value(),
        )
    raise KeyStoreUnavailable(name)


def layered(name: str) -> LayeredKeyStore | None:
    """The store of that name if it can put a second layer around a key; a token keeps keys its own way."""
    store = key_store(name)
    return store if isinstance(store, SoftwareKeyStore) else None
