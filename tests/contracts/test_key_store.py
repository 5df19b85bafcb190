"""What every key store must do, whatever it keeps its keys in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from lienthong.signing.adapters.fake import FakeKeyStore
from lienthong.signing.adapters.held_keys import KeyNeverLeaves, read_public_key
from lienthong.signing.adapters.pkcs11 import Pkcs11KeyStore
from lienthong.signing.adapters.shelves import MemoryShelf
from lienthong.signing.adapters.software import SoftwareKeyStore
from lienthong.signing.contracts import Algorithm
from lienthong.signing.ports import KeySealBroken, KeyStore, KeyStoreUnavailable, KeyUnknown

MASTER = "0123456789abcdef" * 4
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
TOKEN, PIN = "lienthong-test", "1234"


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh SoftHSM2 token; answers the path of the driver."""
    module = next((path for path in MODULES if Path(path).exists()), "")
    if not module or not shutil.which("softhsm2-util"):
        if os.environ.get("CI"):
            pytest.fail("SoftHSM2 is not installed; .ci/run installs it")
        pytest.skip("SoftHSM2 is not installed (Debian: softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN],
        check=True,
        capture_output=True,
    )
    yield module
    os.environ.pop("SOFTHSM2_CONF", None)


@pytest.fixture(params=["software", "pkcs11", "fake"])
def store(request: pytest.FixtureRequest) -> KeyStore:
    if request.param == "pkcs11":
        return Pkcs11KeyStore(module=request.getfixturevalue("token"), token=TOKEN, pin=PIN)
    return FakeKeyStore() if request.param == "fake" else SoftwareKeyStore(MemoryShelf(), master_key=MASTER)


def verify(der: bytes, signature: bytes, data: bytes) -> None:
    key = read_public_key(der)
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    else:
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_verifies_with_the_public_key(store: KeyStore, algorithm: Algorithm) -> None:
    key_id = uuid4()
    public = store.generate([key_id], algorithm)[key_id]
    signature = store.sign(key_id, b"data")
    verify(public, signature, b"data")
    with pytest.raises(InvalidSignature):
        verify(public, signature, b"other data")
    assert store.public_key(key_id) == public


def test_many_keys_are_made_in_one_call_and_differ(store: KeyStore) -> None:
    ids = [uuid4() for _ in range(5)]
    made = store.generate(ids, Algorithm.P256)
    assert set(made) == set(ids)
    assert len(set(made.values())) == 5


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("p256", ec.EllipticCurvePrivateKey), ("rsa2048", rsa.RSAPrivateKey)]
)
def test_the_key_object_signs_what_libraries_build(store: KeyStore, algorithm: str, kind: type) -> None:
    key_id = uuid4()
    public = store.generate([key_id], Algorithm(algorithm))[key_id]
    key = store.private_key(key_id)
    assert isinstance(key, kind)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    assert request.is_signature_valid
    assert read_public_key(public) == request.public_key()


def test_an_unknown_key_is_refused(store: KeyStore) -> None:
    missing: UUID = uuid4()
    for call in (store.public_key, store.private_key, store.delete, lambda key_id: store.sign(key_id, b"x")):
        with pytest.raises(KeyUnknown):
            call(missing)


def test_a_deleted_key_signs_no_more(store: KeyStore) -> None:
    key_id = uuid4()
    store.generate([key_id], Algorithm.P256)
    store.sign(key_id, b"data")
    store.delete(key_id)
    with pytest.raises(KeyUnknown):
        store.sign(key_id, b"data")


def test_what_another_instance_made_is_found_again(token: str) -> None:
    key_id, shelf = uuid4(), MemoryShelf()
    for first, second in (
        (SoftwareKeyStore(shelf, master_key=MASTER), SoftwareKeyStore(shelf, master_key=MASTER)),
        (
            Pkcs11KeyStore(module=token, token=TOKEN, pin=PIN),
            Pkcs11KeyStore(module=token, token=TOKEN, pin=PIN),
        ),
    ):
        public = first.generate([key_id], Algorithm.P256)[key_id]
        verify(public, second.sign(key_id, b"data"), b"data")


def test_the_key_of_a_token_does_not_leave_it(token: str) -> None:
    key_id = uuid4()
    store = Pkcs11KeyStore(module=token, token=TOKEN, pin=PIN)
    store.generate([key_id], Algorithm.P256)
    with pytest.raises(KeyNeverLeaves):
        store.private_key(key_id).private_numbers()


@pytest.mark.parametrize(("suffix", "label"), [("", "no such token"), (".absent", TOKEN)])
def test_a_wrong_token_or_driver_is_told(token: str, suffix: str, label: str) -> None:
    store = Pkcs11KeyStore(module=token + suffix, token=label, pin=PIN)
    with pytest.raises(KeyStoreUnavailable):
        store.generate([uuid4()], Algorithm.P256)


def test_the_fake_fails_on_demand_also_with_keys_handed_out_before() -> None:
    store, key_id = FakeKeyStore(), uuid4()
    store.generate([key_id], Algorithm.P256)
    key = store.private_key(key_id)
    store.failing = True
    with pytest.raises(KeyStoreUnavailable):
        key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(KeyStoreUnavailable):
        store.generate([uuid4()], Algorithm.P256)
    store.failing = False
    assert store.sign(key_id, b"data")


def test_sealed_keys_hold_no_plain_key_and_open_only_with_their_master_key_and_id() -> None:
    shelf, one, two = MemoryShelf(), uuid4(), uuid4()
    store = SoftwareKeyStore(shelf, master_key=MASTER)
    store.generate([one, two], Algorithm.P256)
    secret = store.private_key(one).private_numbers().private_value.to_bytes(32)  # type: ignore[union-attr]
    assert secret not in shelf.rows[one]
    with pytest.raises(KeySealBroken):
        SoftwareKeyStore(shelf, master_key="ff" * 32).sign(one, b"data")
    shelf.rows[one], shelf.rows[two] = shelf.rows[two], shelf.rows[one]
    with pytest.raises(KeySealBroken):
        SoftwareKeyStore(shelf, master_key=MASTER).sign(one, b"data")


@pytest.mark.parametrize("master_key", ["", "00", "not hex at all", "00" * 31])
def test_a_wrong_master_key_is_told_at_once(master_key: str) -> None:
    with pytest.raises(KeyStoreUnavailable):
        SoftwareKeyStore(MemoryShelf(), master_key=master_key)
