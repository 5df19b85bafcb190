"""What this machine can do at most: the floor under every other figure."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

import psycopg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from bench.harness import Figure, measure, of_times

BLOCK = 8 * 1024 * 1024


def cryptography() -> list[Figure]:
    """Signatures and hashes, one thread."""
    data = secrets.token_bytes(4096)
    rsa_key, ec_key = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    rsa_signature = rsa_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    ec_signature = ec_key.sign(data, ec.ECDSA(hashes.SHA256()))
    rsa_public, ec_public = rsa_key.public_key(), ec_key.public_key()
    block = secrets.token_bytes(BLOCK)
    hashing = measure("SHA-256", lambda: hashlib.sha256(block).digest(), seconds=1)
    return [
        measure("RSA-2048 sign", lambda: rsa_key.sign(data, padding.PKCS1v15(), hashes.SHA256()), seconds=1),
        measure(
            "RSA-2048 verify",
            lambda: rsa_public.verify(rsa_signature, data, padding.PKCS1v15(), hashes.SHA256()),
            seconds=1,
        ),
        measure("P-256 sign", lambda: ec_key.sign(data, ec.ECDSA(hashes.SHA256())), seconds=1),
        measure(
            "P-256 verify", lambda: ec_public.verify(ec_signature, data, ec.ECDSA(hashes.SHA256())), seconds=1
        ),
        Figure("SHA-256", BLOCK / hashing.median / 1e6, hashing.median, hashing.p99, "MB/s"),
    ]


def durable_commits(url: str, *, clients: int, seconds: float = 2.0) -> Figure:
    """Transactions of one small row a second, each durable before the next, by so many clients."""
    with psycopg.connect(url, autocommit=True) as setup:
        setup.execute("DROP TABLE IF EXISTS bench_probe")
        setup.execute("CREATE TABLE bench_probe (x int)")
    times: list[float] = []
    end = time.perf_counter() + seconds

    def commit() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while (began := time.perf_counter()) < end:
                connection.execute("INSERT INTO bench_probe VALUES (1)")
                times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=commit) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    with psycopg.connect(url, autocommit=True) as setup:
        setup.execute("DROP TABLE bench_probe")
    return of_times(f"durable commits, {clients} clients", times, wall=wall)
