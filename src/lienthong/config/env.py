"""The settings of an installation, read once from the environment: the only place that reads it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[3]


class Env(BaseSettings):
    """One field per variable `LIENTHONG_<NAME>`; each is explained in docs/operations/settings.md."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", extra="ignore", frozen=True)

    profile: Literal["all", "hub"] = "all"
    debug: bool = False
    database_url: SecretStr = SecretStr("postgresql:///lienthong")
    database_pool: int = Field(default=20, ge=0)
    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None
    master_key: SecretStr = SecretStr("")
    master_key_file: Path | None = None
    hosts: list[str] = Field(default_factory=lambda: ["127.0.0.1", "localhost"])
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: list[str] = Field(default_factory=list)
    var: Path = PROJECT / "var"
    frontend: Path = PROJECT / "node_modules"
    blobs_url: str = ""
    blob_grace_hours: int = Field(default=24, ge=1)
    web_processes: int = Field(default=2, ge=1, le=64)
    slow_body_seconds: float = Field(default=30, ge=1)
    slow_bodies_most: int = Field(default=2, ge=0)
    session_idle_seconds: int = Field(default=30 * 60, gt=0)
    require_second_factor: bool = False
    sign_in_show_codes: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    oidc_scope: str = "openid"
    oidc_business_kinds: list[str] = Field(default_factory=lambda: ["2"])
    key_store: Literal["software", "pkcs11"] = "software"
    pkcs11_module: str = ""
    pkcs11_token: str = ""
    pkcs11_pin: SecretStr = SecretStr("")
    timestamp_url: str = ""
    soffice: str = "soffice"
    trusted_roots: Path | None = None
    axis_adapter: Literal["in_process", "http"] = "in_process"
    axis_url: str = ""
    axis_client_id: str = ""
    axis_client_secret: SecretStr = SecretStr("")
    axis_max_packet_bytes: int = 1536 * 1024 * 1024
    axis_upload_hours: int = Field(default=24, ge=1)
    axis_uploads_most: int = Field(default=20, ge=1)
    axis_uploads_bytes: int = Field(default=4 * 2**30, ge=1)
    axis_uncollected_hours: int = 4
    axis_unregistered_hours: int = 24
    evidence_batch_size: int = Field(default=4096, ge=1, le=65536)
    evidence_batch_seconds: int = Field(default=60, ge=60)
    evidence_late_minutes: int = Field(default=15, ge=1)
    axis_webhook_hours: int = Field(default=24, ge=1)
    axis_webhook_overlap_hours: int = Field(default=24, ge=1)
    axis_webhook_networks: list[IPvAnyNetwork] = Field(default_factory=list)
    mail_host: str = ""
    mail_port: int = Field(default=25, ge=1, le=65535)
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_security: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = "lienthong@localhost"
    mail_hours: int = Field(default=24, ge=1)
    sms_url: str = ""
    sms_account: str = ""
    sms_secret_file: Path | None = None
    sms_brand: str = ""
    zalo_url: str = ""
    zalo_token_file: Path | None = None
    text_fake: bool = False
    party_escalate_hours: int = Field(default=24, ge=1, le=24 * 14)
    party_notice_days: int = Field(default=365, ge=1)
    clamd: str = ""
    clamd_down: Literal["later", "refuse"] = "later"
    clamd_again_days: int = Field(default=14, ge=0, le=365)
    mailboxes: Path | None = None
    payment_page_url: str = ""
    payment_page_secret: SecretStr = SecretStr("")
    payment_bank_secret: SecretStr = SecretStr("")
    payment_minutes: int = Field(default=15, ge=1, le=1440)
    payment_fake_gateway: bool = False
    national_url: str = ""
    national_user: str = ""
    national_password: SecretStr = SecretStr("")
    national_unit: str = ""
    national_party_kinds: dict[str, str] = Field(
        default_factory=lambda: {"citizen": "1", "business": "2", "household": "3"}
    )
    national_channels: dict[str, str] = Field(
        default_factory=lambda: {"counter": "0", "online-part": "1", "online-whole": "1", "post": "2"}
    )
    national_late_hours: int = Field(default=4, ge=1)
    secret_decision_hours: int = Field(default=24, ge=1, le=400)
    secret_destroy_overdue: bool = False
    apology_hours: int = Field(default=4, ge=1, le=80)
    draft_days: int = Field(default=30, ge=1, le=365)
    draft_warning_days: int = Field(default=5, ge=1, le=60)
    backfill_per_minute: int = Field(default=10, ge=0, le=1000)
    notification_days: int = Field(default=90, ge=1)
    metrics_addresses: list[str] = Field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    log_level: str = "INFO"


@cache
def read_env() -> Env:
    """Read the environment; the answer never changes while the process lives."""
    return Env()
