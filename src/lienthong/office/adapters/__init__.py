"""What the office reaches outside: the axis (its ways are `axis`' own), mailboxes, what reads scans."""

from lienthong.axis.public import connect_to_axis as connect

__all__ = ["connect"]
