"""Lists that a leader signs with the own token, by a command on the own machine."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Post
from lienthong.kernel.models import Blob


class TokenList(models.Model):
    """A list of documents that the signer's own token signs, and what the token is asked at the moment.

    Of the code that opens this one list nothing is kept but a hash. `request` is the question that waits for
    its answer about `item`: `asked` and `pdf` are `documents.public.Asked`. ADR 0070.
    """

    signing_list = models.OneToOneField(
        "office.SigningList", on_delete=models.CASCADE, primary_key=True, related_name="token"
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    code_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    item = models.ForeignKey(
        "office.SigningItem", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="how often the token was asked about the item"
    )
    request = models.UUIDField(null=True)
    asked = models.JSONField(null=True)
    asked_at = models.DateTimeField(null=True)
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(request=None, asked=None, asked_at=None, pdf=None)
                | Q(request__isnull=False, asked__isnull=False, asked_at__isnull=False, pdf__isnull=False),
                name="token_list_question_is_whole",
            )
        ]
