"""Changes to the directory: agencies, their posts, their calendars. Each is checked, made and recorded."""

from lienthong.directory.actions.agencies import (
    AgencyInsideItself,
    AgencyStillNeeded,
    CodeTaken,
    ImpossibleDate,
    add_alias,
    close_agency,
    move_agency,
    open_agency,
)
from lienthong.directory.actions.calendar import clear_day, clear_hours, seed_calendar, set_day, set_hours
from lienthong.directory.actions.posts import (
    AlreadyHolds,
    add_division,
    add_official,
    add_post,
    appoint,
    end_holding,
    remove_division,
    remove_post,
)
from lienthong.directory.actions.text import BadText

__all__ = [
    "AgencyInsideItself",
    "AgencyStillNeeded",
    "AlreadyHolds",
    "BadText",
    "CodeTaken",
    "ImpossibleDate",
    "add_alias",
    "add_division",
    "add_official",
    "add_post",
    "appoint",
    "clear_day",
    "clear_hours",
    "close_agency",
    "end_holding",
    "move_agency",
    "open_agency",
    "remove_division",
    "remove_post",
    "seed_calendar",
    "set_day",
    "set_hours",
]
