"""Comments on the page of an upper app: what its template is given, and what answers its form.

The upper app checks that the viewer may see the subject, makes the `Thread`, and mounts one route
(docs/howto/tell-and-comment.md).
"""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.notifications.actions import commenting as actions
from lienthong.notifications.contracts import Thread
from lienthong.notifications.models import COMMENT_LENGTH
from lienthong.notifications.queries import remarks_on

AT_FIELDS = {"text", "tell"}


class CommentForm(forms.Form):
    """One comment: written, or edited when `comment` names one."""

    comment = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write @ and a full name to tell that person."),
    )
    tell = forms.TypedMultipleChoiceField(
        label=_("Tell these people"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, thread: Thread, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["tell"].choices = [  # type: ignore[attr-defined]
            (candidate.official_id, candidate.label) for candidate in thread.candidates
        ]


class CommentIdForm(forms.Form):
    """The comment that is withdrawn."""

    comment = forms.UUIDField()


def comments_context(
    request: HttpRequest, thread: Thread, form: CommentForm | None = None
) -> dict[str, object]:
    """What `notifications/comments.html` is given, under the name `comments`. Two queries."""
    edited = form.data.get("comment", "") if form is not None else ""
    return {
        "comments": {
            "thread": thread,
            "remarks": remarks_on(thread.subject, viewer_of(request)),
            "form": form if form is not None and not edited else CommentForm(thread=thread, auto_id="say_%s"),
            "edited": edited,
            "edit_form": form if edited else None,
        }
    }


def answer_comment(request: HttpRequest, thread: Thread) -> HttpResponse:
    """Do what the form of a comment asks (write, edit, or `action=withdraw`), and lead back to the subject.

    What is refused is shown on a page of its own with everything that was typed. Raises `Refusal`.
    """
    viewer, at = viewer_of(request), now()
    if request.POST.get("action") == "withdraw":
        wanted = CommentIdForm(request.POST)
        if wanted.is_valid():
            actions.withdraw_comment(thread, wanted.cleaned_data["comment"], viewer=viewer, at=at)
        return redirect(f"{thread.link}#comments")
    auto_id = "edit_%s" if request.POST.get("comment") else "say_%s"
    form = CommentForm(request.POST, thread=thread, auto_id=auto_id)
    if form.is_valid():
        given = form.cleaned_data
        try:
            _say(thread, given["comment"], text=given["text"], tell=given["tell"], viewer=viewer, at=at)
        except Refusal as refusal:
            if refusal.field not in AT_FIELDS:
                raise
            form.add_error(refusal.field, refusal.say())
        else:
            return redirect(f"{thread.link}#comments")
    return render(
        request, "notifications/comments_page.html", comments_context(request, thread, form), status=422
    )


def _say(thread: Thread, comment_id: UUID | None, **given: object) -> None:
    if comment_id is None:
        actions.write_comment(thread, **given)  # type: ignore[arg-type]
    else:
        actions.edit_comment(thread, comment_id, **given)  # type: ignore[arg-type]
