"""The door of `axis`: packets in, deliveries out, states back; the meaning of the HTTP API, in-process."""

from lienthong.axis import edxml
from lienthong.axis.actions import (
    claim_deliveries,
    connect_system,
    disable_system,
    release_delivery,
    report_status,
    report_statuses,
    submit_packet,
    take_back,
)
from lienthong.axis.actions.certificates import issue_encryption_certificate
from lienthong.axis.actions.collection import packet_of_delivery
from lienthong.axis.actions.fetching import keep_failed_fetches, note_failed_fetch, resting_fetches
from lienthong.axis.actions.figures import count_refusals, note_seen
from lienthong.axis.actions.joining import register_system
from lienthong.axis.actions.playing import make_kit
from lienthong.axis.actions.upload_parts import add_to_upload
from lienthong.axis.actions.uploads import open_upload
from lienthong.axis.actions.webhook_sending import send_webhooks
from lienthong.axis.actions.webhooks import set_webhook
from lienthong.axis.adapters.fake import FakeWebhooks
from lienthong.axis.client import (
    AxisClient,
    AxisRefused,
    AxisUnreachable,
    WebhookInvalid,
    WebhookReceived,
    verify_webhook,
)
from lienthong.axis.contracts import (
    DOSSIER_TYPE,
    AgencyItem,
    AgencyPage,
    AgencyRef,
    ChangeAnswered,
    ChangeItem,
    ChangeOutcome,
    ChangePage,
    ChangeRequested,
    Claim,
    Credentials,
    DeliveriesWithdrawn,
    DeliveryProblem,
    DeliveryTrouble,
    DeliveryUncollected,
    EncryptionCertificate,
    EncryptionCertificates,
    InboxItem,
    InboxPage,
    Lease,
    Notice,
    NoticePage,
    PacketsStored,
    PacketState,
    Receipt,
    RecipientState,
    StatusesReported,
    StatusReport,
    StatusReported,
    TimelineEntry,
    Uncollected,
)
from lienthong.axis.encryption import encrypt_attachments, is_enveloped, opened, whole_content
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet, Serves, StatusEvent
from lienthong.axis.ports import Failed as WebhookFailed
from lienthong.axis.queries.console import backlog_gauges
from lienthong.axis.queries.deliveries import changes_of, inbox_of
from lienthong.axis.queries.encryption import certificates_for
from lienthong.axis.queries.evidence import evidence_of
from lienthong.axis.queries.fetching import count_failed_fetches
from lienthong.axis.queries.notices import notices_of
from lienthong.axis.queries.packets import agencies, packet_state
from lienthong.axis.queries.systems import system_of
from lienthong.axis.queries.uploads import open_uploads
from lienthong.axis.states import ChangeKind, ChangeState, DeliveryState
from lienthong.axis.ways import connect as connect_to_axis
from lienthong.axis.ways.fake import FOLLOWS as FAKE_FOLLOWS
from lienthong.axis.ways.fake import FakeAxis, connect_to_fake
from lienthong.axis.ways.in_process import InProcessAxis
from lienthong.axis.ways.over_http import HttpAxis
from lienthong.axis.ways.ports import AxisPort, AxisUnavailable, axis_id
from lienthong.axis.ways.ports import AxisRefused as PortRefused

__all__ = [
    "DOSSIER_TYPE",
    "FAKE_FOLLOWS",
    "AgencyItem",
    "AgencyPage",
    "AgencyRef",
    "AxisClient",
    "AxisPort",
    "AxisRefused",
    "AxisUnavailable",
    "AxisUnreachable",
    "ChangeAnswered",
    "ChangeItem",
    "ChangeKind",
    "ChangeOutcome",
    "ChangePage",
    "ChangeRequest",
    "ChangeRequested",
    "ChangeState",
    "Claim",
    "ConnectedSystem",
    "Credentials",
    "DeliveriesWithdrawn",
    "Delivery",
    "DeliveryProblem",
    "DeliveryState",
    "DeliveryTrouble",
    "DeliveryUncollected",
    "EncryptionCertificate",
    "EncryptionCertificates",
    "FakeAxis",
    "FakeWebhooks",
    "HttpAxis",
    "InProcessAxis",
    "InboxItem",
    "InboxPage",
    "Lease",
    "Notice",
    "NoticePage",
    "Packet",
    "PacketState",
    "PacketsStored",
    "PortRefused",
    "Receipt",
    "RecipientState",
    "Serves",
    "StatusEvent",
    "StatusReport",
    "StatusReported",
    "StatusesReported",
    "TimelineEntry",
    "Uncollected",
    "WebhookFailed",
    "WebhookInvalid",
    "WebhookReceived",
    "add_to_upload",
    "agencies",
    "axis_id",
    "backlog_gauges",
    "certificates_for",
    "changes_of",
    "claim_deliveries",
    "connect_system",
    "connect_to_axis",
    "connect_to_fake",
    "count_failed_fetches",
    "count_refusals",
    "disable_system",
    "edxml",
    "encrypt_attachments",
    "evidence_of",
    "inbox_of",
    "is_enveloped",
    "issue_encryption_certificate",
    "keep_failed_fetches",
    "make_kit",
    "note_failed_fetch",
    "note_seen",
    "notices_of",
    "open_upload",
    "open_uploads",
    "opened",
    "packet_of_delivery",
    "packet_state",
    "register_system",
    "release_delivery",
    "report_status",
    "report_statuses",
    "resting_fetches",
    "send_webhooks",
    "set_webhook",
    "submit_packet",
    "system_of",
    "take_back",
    "verify_webhook",
    "whole_content",
]
