"""The door of `directory`: the country's units, agencies, posts, officials and working time."""

from lienthong.directory.models import AdministrativeUnit, Agency, Division, Official, Post, PostHolding

__all__ = ["AdministrativeUnit", "Agency", "Division", "Official", "Post", "PostHolding"]
