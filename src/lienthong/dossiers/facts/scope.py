"""Of which agencies a viewer sees figures: the own one, and for its leaders and auditors all below it."""

from __future__ import annotations

from lienthong.directory.public import Agency
from lienthong.dossiers import policies
from lienthong.dossiers.facts.measures import Wanted
from lienthong.identity.public import NotAllowed, NotFound, Viewer


def agencies_of(viewer: Viewer, wanted: Wanted, *, officials: bool = False) -> list[int]:
    """The agencies whose figures are asked for; closed ones too, they did what they did. At most one query.

    Raises:
        NotAllowed: the viewer sees no figures, or `officials` and none of persons.
        NotFound: the agency is neither the viewer's own nor one below it that the viewer sees.
    """
    if not policies.sees_figures(viewer) or (officials and not policies.sees_below(viewer)):
        raise NotAllowed
    own = viewer.agency_id or 0
    asked = wanted.agency_id or own
    if not policies.sees_below(viewer):
        if asked != own:
            raise NotFound
        return [own]
    rows = Agency.objects.filter(path__startswith=f"{_path(own)}").values_list("pk", "path")
    tree = dict(rows)
    if asked not in tree:
        raise NotFound
    return [key for key, path in tree.items() if path.startswith(tree[asked])] if wanted.below else [asked]


def _path(agency_id: int) -> str:
    path = Agency.objects.filter(pk=agency_id).values_list("path", flat=True).first()
    if path is None:
        raise NotFound
    return path
