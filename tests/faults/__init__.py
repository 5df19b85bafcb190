"""`make faults`: a real installation under load while its parts are killed, cut off and filled up.

Afterwards an auditor compares what senders hold receipts for with what receivers got.
"""
