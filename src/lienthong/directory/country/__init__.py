"""The demonstration country: its units from the data files, its agencies, and who works there."""

from lienthong.directory.country.loading import load_country
from lienthong.directory.country.staffing import staff_agencies

__all__ = ["load_country", "staff_agencies"]
