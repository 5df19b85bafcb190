"""django-pyas2 as a receiver: its settings, addresses and WSGI application. Runs in the peer's environment.

    python receiver.py FOLDER COUNT SIZE

makes keys, partners and COUNT signed messages of SIZE bytes in FOLDER, each `<n>.body` with its `<n>.json` of
headers. `gunicorn receiver:application` then receives them and answers each with a signed receipt (MDN).
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

settings.configure(
    SECRET_KEY="only-for-the-benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    MEDIA_ROOT=os.environ["PYAS2_MEDIA"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PYAS2_DATABASE"],
            "USER": os.environ["PYAS2_USER"],
            "HOST": os.environ["PYAS2_HOST"],
            "PORT": os.environ["PYAS2_PORT"],
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "pyas2"],
)
application = get_wsgi_application()
urlpatterns = [path("pyas2/", include("pyas2.urls"))]
PASSWORD = "bench"


def key_pair(name: str) -> tuple[bytes, bytes]:
    """A PKCS#12 with a new RSA-2048 key, and its self-signed certificate as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    sealed = BestAvailableEncryption(PASSWORD.encode())
    packed = pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, sealed)
    return packed, certificate.public_bytes(Encoding.PEM)


def main() -> None:
    """Make the tables, the two parties and the messages."""
    from pyas2.models import Organization, Partner, PrivateKey, PublicCertificate
    from pyas2lib import Message
    from pyas2lib import Organization as Sender
    from pyas2lib import Partner as Receiver

    folder, count, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    call_command("migrate", verbosity=0)
    (our_key, our_certificate), (their_key, their_certificate) = key_pair("hub"), key_pair("sender")
    key = PrivateKey.objects.create(name="hub", key=our_key, key_pass=PASSWORD)
    Organization.objects.create(name="hub", as2_name="hub", signature_key=key)
    known = PublicCertificate.objects.create(name="sender", certificate=their_certificate, verify_cert=False)
    Partner.objects.create(
        name="sender",
        as2_name="sender",
        target_url="http://127.0.0.1/",
        signature="sha256",
        signature_cert=known,
        mdn=True,
        mdn_mode="SYNC",
        mdn_sign="sha256",
    )
    sender = Sender(as2_name="sender", sign_key=their_key, sign_key_pass=PASSWORD)
    receiver = Receiver(
        as2_name="hub",
        verify_cert=our_certificate,
        sign=True,
        digest_alg="sha256",
        mdn_mode="SYNC",
        mdn_digest_alg="sha256",
    )
    for number in range(count):
        message = Message(sender, receiver)
        message.build(secrets.token_bytes(size), filename=f"{number}.pdf", content_type="application/pdf")
        (folder / f"{number}.body").write_bytes(message.content)
        (folder / f"{number}.json").write_text(json.dumps(message.headers))


if __name__ == "__main__":
    main()
