"""Why a packet is not valid edXML: one class per rule; `field` names the element at fault."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class EdxmlRefusal(Refusal):
    """A packet breaks a rule of the standard or a limit of this axis; its sentence may name the `field`."""

    code, status = "edxml-invalid", 422
    sentence = _("The packet is not valid edXML.")

    def __init__(self, *, field: str = "", **facts: object) -> None:
        super().__init__(field=field, **facts)
        self.facts = {"field": field, **facts}


class EmptyPacket(EdxmlRefusal):
    """The body has 0 bytes."""

    code, status = "packet-empty", 400
    sentence = _("The packet has 0 bytes. Send the .edxml file itself.")


class PacketTooLarge(EdxmlRefusal):
    """The body exceeds the cap of the installation."""

    code, status = "packet-too-large", 413
    sentence = _(
        "The packet is larger than %(limit)s bytes, the most that this axis takes. Send smaller attachments."
    )


class InvalidUtf8(EdxmlRefusal):
    """The bytes are not UTF-8."""

    code, status = "packet-not-utf8", 400
    sentence = _(
        "The packet is not valid UTF-8 (byte %(position)s). Write the file in UTF-8 and sign it again."
    )


class MalformedXml(EdxmlRefusal):
    """The text is not well-formed XML."""

    code, status = "xml-malformed", 400
    sentence = _(
        "The packet is not well-formed XML: line %(line)s, column %(column)s. Check how it was written."
    )


class DoctypeForbidden(EdxmlRefusal):
    """A document type declaration: the door of XML bombs and of external entities."""

    code, status = "xml-doctype-forbidden", 400
    sentence = _("The packet declares a document type or entities, which is forbidden. Remove the DOCTYPE.")


class XmlTooComplex(EdxmlRefusal):
    """Nested too deep, or too many elements or attributes."""

    code, status = "xml-too-complex", 400
    sentence = _("The packet exceeds a limit of XML structure: %(rule)s, at most %(limit)s.")


class NotEdxml(EdxmlRefusal):
    """Well-formed XML, but no edXML packet."""

    code = "not-edxml"
    sentence = _(
        "The file is XML but not an edXML packet: %(field)s was not found where the standard has it."
    )


class ElementRepeated(EdxmlRefusal):
    """An element that may stand once stands twice."""

    code = "element-repeated"
    sentence = _("%(field)s stands more than once; it may stand only once.")


class FieldMissing(EdxmlRefusal):
    """A required element is absent or empty."""

    code = "field-missing"
    sentence = _("%(field)s is required and is missing or empty.")


class FieldTooLong(EdxmlRefusal):
    """A text exceeds its limit, counted in characters."""

    code = "field-too-long"
    sentence = _("%(field)s has %(length)s characters; at most %(limit)s are allowed.")


class InvalidText(EdxmlRefusal):
    """A text has characters that XML cannot carry."""

    code = "field-invalid-text"
    sentence = _("%(field)s has control characters, which XML cannot carry. Remove them.")


class InvalidDate(EdxmlRefusal):
    """A date or time is in no accepted form."""

    code = "field-invalid-date"
    sentence = _("%(field)s is not a date of the form yyyy/MM/dd or dd/MM/yyyy (with HH:mm:ss for a time).")


class InvalidValue(EdxmlRefusal):
    """A value is outside the list the standard has for the field."""

    code = "field-invalid-value"
    sentence = _("%(field)s has a value that the standard does not know; allowed: %(allowed)s.")


class SecretDocument(EdxmlRefusal):
    """The document is marked MẬT, TỐI MẬT or TUYỆT MẬT: no state secrets here (Law 29/2018/QH14)."""

    code = "secret-document"
    sentence = _(
        "The document is marked as a state secret (%(field)s). This axis carries no state secrets: "
        "send it by the channel for secret documents."
    )


class RecipientRepeated(EdxmlRefusal):
    """One agency is named twice among the recipients."""

    code = "recipient-repeated"
    sentence = _("The recipient %(agency)s is listed more than once. List each recipient once.")


class TooManyRecipients(EdxmlRefusal):
    """More recipients than one packet may have."""

    code = "too-many-recipients"
    sentence = _("The packet has %(count)s recipients; at most %(limit)s are allowed. Send several packets.")


class AttachmentMissing(EdxmlRefusal):
    """The manifest names a file that is not enclosed."""

    code = "attachment-missing"
    sentence = _("The manifest names the attachment “%(name)s”, but the packet does not enclose it.")


class AttachmentRepeated(EdxmlRefusal):
    """Two attachments share one ContentId."""

    code = "attachment-repeated"
    sentence = _("Two attachments share the ContentId “%(content_id)s”. Give each attachment its own.")


class AttachmentEmpty(EdxmlRefusal):
    """An attachment has 0 bytes."""

    code = "attachment-empty"
    sentence = _("The attachment “%(name)s” has 0 bytes. Attach the file again.")


class AttachmentNotBase64(EdxmlRefusal):
    """An attachment's content is not base64."""

    code = "attachment-not-base64"
    sentence = _("The content of the attachment “%(name)s” is not valid base64.")


class ZipBomb(EdxmlRefusal):
    """A zipped attachment would grow beyond the cap."""

    code = "attachment-zip-bomb"
    sentence = _(
        "The zipped attachment “%(name)s” unpacks to more than is allowed. Attach the file without ZIP."
    )


class ZipDamaged(EdxmlRefusal):
    """A zipped attachment cannot be unpacked."""

    code = "attachment-zip-damaged"
    sentence = _("The zipped attachment “%(name)s” cannot be unpacked. Attach the file without ZIP.")
