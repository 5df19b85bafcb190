"""What people type on the pages of acting, administration and audit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Division, Official
from lienthong.identity.contracts import Capacity, PostRow, Role
from lienthong.identity.labels import ROLE_LABELS, WORKS_AS
from lienthong.kernel.clock import VIETNAM

Choice = tuple[str, str | Promise]


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day between 1900 and 2199, so that counting on from it stays within what dates can say."""

    widget = DateInput
    default_validators = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


class DelegationForm(forms.Form):
    """A post, a colleague and whole days, first and last included."""

    post = forms.TypedChoiceField(label=_("Post to delegate"), coerce=int)
    delegate = forms.TypedChoiceField(label=_("Delegate to"), coerce=int)
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the ledger."),
    )

    def __init__(
        self, *args: Any, posts: Iterable[Capacity], colleagues: Iterable[Official], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = [(str(post.post_id), f"{post.post_title}, {post.agency_name}") for post in posts]
        _choose(self, "post", own)
        _choose(self, "delegate", [(str(official.pk), official.full_name) for official in colleagues])

    def period(self) -> tuple[datetime, datetime]:
        """From the first day's start to the end of the last, at +07:00."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return _midnight(first), _midnight(last + timedelta(days=1))


class OfficialForm(forms.Form):
    """A new official with account and first post."""

    full_name = forms.CharField(label=_("Full name"), max_length=150)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Small letters without marks, digits, and . _ - @"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    telephone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    post = forms.TypedChoiceField(label=_("Post"), coerce=int)
    valid_from = DayField(label=_("From day"))

    def __init__(self, *args: Any, posts: Iterable[PostRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", _post_choices(posts))


class AppointmentForm(forms.Form):
    """Another post for an official."""

    post = forms.TypedChoiceField(label=_("Post"), coerce=int)
    valid_from = DayField(label=_("From day"))

    def __init__(self, *args: Any, posts: Iterable[PostRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", _post_choices(posts))


class PostForm(forms.Form):
    """A new post."""

    title = forms.CharField(label=_("Title of the post"), max_length=150)
    division = forms.TypedChoiceField(label=_("Division"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, divisions: Iterable[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(division.pk), division.name) for division in divisions]
        _choose(self, "division", [("", _("No division")), *rows])


class SpecialDayForm(forms.Form):
    """A day on which the agency works otherwise than on its weekday."""

    day = DayField(label=_("Day"))
    works_as = forms.TypedChoiceField(label=_("Working time"), coerce=int, required=False, empty_value=None)
    name = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = [(str(number), text) for number, text in enumerate(WORKS_AS)]
        _choose(self, "works_as", [("", _("Day off")), *days])


class DayForm(forms.Form):
    """A day alone."""

    day = DayField()


class YearForm(forms.Form):
    """Which year of the calendar to show."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2199, required=False)


class RoleForm(forms.Form):
    """A role to grant to, or to revoke from, a post; revoking needs a reason."""

    action = forms.ChoiceField(choices=[("grant", "grant"), ("revoke", "revoke")])
    role = forms.ChoiceField(choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    reason = forms.CharField(max_length=500, required=False)

    def role_named(self) -> Role:
        """The role chosen."""
        return Role(self.cleaned_data["role"])


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class AccountActionForm(ReasonForm):
    """What to do to an account, and why."""

    action = forms.ChoiceField(
        choices=[
            (name, name)
            for name in ("disable_account", "enable_account", "reset_password", "reset_second_factor")
        ]
    )


class SearchForm(forms.Form):
    """What to look for in the list of officials."""

    q = forms.CharField(label=_("Name or user name"), max_length=100, required=False)


class AuditForm(forms.Form):
    """Which events to show."""

    verb = forms.RegexField(
        r"^[a-z_]+(\.[a-z_]+)?$",
        label=_("Act"),
        max_length=60,
        required=False,
        help_text=_("delegation, or account.sign_in"),
    )
    actor = forms.RegexField(r"^\d{1,18}$", label=_("Number of the official"), required=False)
    since = DayField(label=_("From day"), required=False)
    until = DayField(label=_("To day"), required=False)

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """From the first day's start to the end of the last, at +07:00."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return (
            _midnight(since) if since else None,
            _midnight(until + timedelta(days=1)) if until else None,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=VIETNAM)


def _post_choices(posts: Iterable[PostRow]) -> list[Choice]:
    return [(str(post.id), f"{post.title}, {post.division_name}".rstrip(", ")) for post in posts]


def _choose(form: forms.Form, name: str, choices: Iterable[Choice]) -> None:
    chosen = form.fields[name]
    assert isinstance(chosen, forms.ChoiceField)
    chosen.choices = list(choices)
