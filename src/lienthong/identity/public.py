"""The door of `identity`: who acts, in which post, and what that post may do."""

from lienthong.identity.access import (
    NotAllowed,
    NotFound,
    NotSignedIn,
    address_of,
    citizens,
    needs,
    signed_in,
    viewer_of,
    visitor_of,
)
from lienthong.identity.actions.accounts import (
    create_account,
    create_accounts,
    grant_role,
    grant_roles,
)
from lienthong.identity.actions.acting import delegate, end_delegation, switch_post
from lienthong.identity.actions.citizens import create_citizen
from lienthong.identity.actions.codes import code_to_send, note_code_sent
from lienthong.identity.actions.parties import (
    PartyNameDiffers,
    PartyNumberWrong,
    correct_contacts,
    declare_party,
    keep_parties,
    keep_party,
)
from lienthong.identity.contracts import (
    NOBODY,
    STRANGER,
    Assurance,
    By,
    Capacity,
    Channel,
    CodeToSend,
    Colleague,
    Deputy,
    NewAccount,
    PartyFacts,
    PartyKind,
    Role,
    SignInCodeMade,
    Viewer,
    Visitor,
    carried,
)
from lienthong.identity.labels import ROLE_LABELS
from lienthong.identity.models import Account, Delegation, Party, RoleGrant
from lienthong.identity.policies import require_role, require_same_agency
from lienthong.identity.queries.acting import acting_viewer, capacities, viewer_for
from lienthong.identity.queries.colleagues import (
    acted_for,
    colleagues_with,
    deputies_in,
    officials_acting,
)
from lienthong.identity.queries.parties import search_parties
from lienthong.identity.queries.visiting import visitor_for

__all__ = [
    "NOBODY",
    "ROLE_LABELS",
    "STRANGER",
    "Account",
    "Assurance",
    "By",
    "Capacity",
    "Channel",
    "CodeToSend",
    "Colleague",
    "Delegation",
    "Deputy",
    "NewAccount",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Party",
    "PartyFacts",
    "PartyKind",
    "PartyNameDiffers",
    "PartyNumberWrong",
    "Role",
    "RoleGrant",
    "SignInCodeMade",
    "Viewer",
    "Visitor",
    "acted_for",
    "acting_viewer",
    "address_of",
    "capacities",
    "carried",
    "citizens",
    "code_to_send",
    "colleagues_with",
    "correct_contacts",
    "create_account",
    "create_accounts",
    "create_citizen",
    "declare_party",
    "delegate",
    "deputies_in",
    "end_delegation",
    "grant_role",
    "grant_roles",
    "keep_parties",
    "keep_party",
    "needs",
    "note_code_sent",
    "officials_acting",
    "require_role",
    "require_same_agency",
    "search_parties",
    "signed_in",
    "switch_post",
    "viewer_for",
    "viewer_of",
    "visitor_for",
    "visitor_of",
]
