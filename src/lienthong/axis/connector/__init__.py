"""Keeps a folder in step with the axis; needs neither a database nor Django's settings."""

from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.connector.folders import ExchangeFolder, FolderInUse, FolderUnsuited
from lienthong.axis.connector.rounds import Connector, Event, NotAnAxis, Tally
from lienthong.axis.encryption import NoReadingKey, read_keys

__all__ = [
    "AxisClient",
    "AxisRefused",
    "AxisUnreachable",
    "Connector",
    "Event",
    "ExchangeFolder",
    "FolderInUse",
    "FolderUnsuited",
    "NoReadingKey",
    "NotAnAxis",
    "Tally",
    "read_keys",
]
