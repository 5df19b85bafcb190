"""The door of `demo`: make the country, its weeks of work and its story, fill a province, who signs in."""

from lienthong.demo.actions.citizens import citizen_logins, open_citizens
from lienthong.demo.actions.filling import fill_morning, fill_pages
from lienthong.demo.actions.province import DOCUMENTS, Filled, ProvinceFilled, fill_province
from lienthong.demo.actions.seeds import logins, prepare_country
from lienthong.demo.actions.story import already_played, play_story
from lienthong.demo.contracts import Login, Scene

__all__ = [
    "DOCUMENTS",
    "Filled",
    "Login",
    "ProvinceFilled",
    "Scene",
    "already_played",
    "citizen_logins",
    "fill_morning",
    "fill_pages",
    "fill_province",
    "logins",
    "open_citizens",
    "play_story",
    "prepare_country",
]
