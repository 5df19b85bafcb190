"""The door of `demo`: make the country, play its story, and who can sign in."""

from lienthong.demo.actions.seeds import logins, prepare_country
from lienthong.demo.actions.story import already_played, play_story
from lienthong.demo.contracts import Login, Scene

__all__ = ["Login", "Scene", "already_played", "logins", "play_story", "prepare_country"]
