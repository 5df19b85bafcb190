"""BPMN 2.0 in and out, for the subset that a process knows; anything else is refused by name."""

from lienthong.procedures.bpmn.reading import read_bpmn
from lienthong.procedures.bpmn.writing import write_bpmn

__all__ = ["read_bpmn", "write_bpmn"]
