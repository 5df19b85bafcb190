"""What is drawn by functions is what Django's and the template engine's own ways draw."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template.defaultfilters import truncatechars

from lienthong.ui.drawing import shortened
from lienthong.ui.inputs import Renderer

MARKED = '<b>"Đê điều" & nước\'</b>'
GROUPS = [("", "Any"), ("Nhóm <1>", [(1, MARKED), (2, "Hai")]), (MARKED, "Ba")]


class _Form(forms.Form):
    text = forms.CharField(max_length=9, widget=forms.TextInput(attrs={"data-x": MARKED, "hidden": False}))
    number = forms.IntegerField(min_value=1)
    when = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    one = forms.ChoiceField(choices=GROUPS)
    many = forms.MultipleChoiceField(choices=GROUPS)
    boxes = forms.MultipleChoiceField(choices=GROUPS, widget=forms.CheckboxSelectMultiple)
    round = forms.ChoiceField(choices=GROUPS, widget=forms.RadioSelect)
    tick = forms.BooleanField(required=False)
    file = forms.FileField()
    key = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(widget=forms.PasswordInput)


def _drawn(renderer: BaseRenderer, data: dict[str, object] | None) -> list[str]:
    form = _Form(data, renderer=renderer, initial={"long": MARKED, "tick": True, "when": None})
    fields = [str(bound.as_widget()) for bound in form]
    fields += [option.tag() for name in ("boxes", "round") for option in form[name].subwidgets]
    return [re.sub(r"\n\s*\n", "\n", field) for field in fields]  # templates leave empty lines


@pytest.mark.parametrize(
    "data",
    [
        None,
        {
            "text": MARKED,
            "number": "7",
            "when": "2026-11-25",
            "long": MARKED,
            "one": "1",
            "many": ["1", MARKED],
        },
        {
            "boxes": ["2"],
            "round": "2",
            "tick": "on",
            "key": MARKED,
            "word": "x",
            "one": MARKED,
            "number": "x",
        },
    ],
)
def test_a_widget_is_drawn_to_the_letter_as_django_draws_it(data: dict[str, object] | None) -> None:
    assert _drawn(Renderer(), data) == _drawn(DjangoTemplates(), data)
    assert MARKED not in "".join(_drawn(Renderer(), data))


@pytest.mark.parametrize("text", ["", "ngắn", "đúng mười!", "dài hơn mười chữ", "Tiếng Việt"])
def test_a_text_is_shortened_as_the_filter_does_it(text: str) -> None:
    assert shortened(text, 10) == truncatechars(text, 10)
