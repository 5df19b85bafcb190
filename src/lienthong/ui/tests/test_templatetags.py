"""The tags write times, deadlines, sizes, icons and fields as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from lienthong.ui.templatetags import ui

AT = datetime(2026, 11, 23, 15, 54, tzinfo=UTC)


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_an_instant_is_written_at_vietnam_time() -> None:
    written = draw("{{ at|when }}", at=AT)
    assert written == '<time datetime="2026-11-23T22:54:00+07:00">23/11/2026 22:54</time>'


def test_a_day_late_in_the_evening_utc_is_the_next_one_in_vietnam() -> None:
    assert "24/11/2026" in draw("{{ at|day }}", at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    assert "23/11/2026" in draw("{{ at|day }}", at=date(2026, 11, 23))


@pytest.mark.parametrize("tag", ["when", "day", "due", "size"])
def test_nothing_is_written_for_nothing(tag: str) -> None:
    assert draw("{{ at|" + tag + " }}", at=None) == ""


@pytest.mark.parametrize(
    ("left", "vietnamese", "color"),
    [
        (timedelta(days=2, hours=3, minutes=59), "còn 2 ngày 3 giờ", "neutral"),
        (timedelta(hours=5, minutes=7), "còn 5 giờ 7 phút", "warning"),
        (timedelta(minutes=4), "còn 4 phút", "warning"),
        (timedelta(0), "còn 0 phút", "warning"),
        (-timedelta(seconds=30), "quá hạn 0 phút", "danger"),
        (-timedelta(hours=2), "quá hạn 2 giờ", "danger"),
        (-timedelta(days=1, hours=23), "quá hạn 1 ngày", "danger"),
    ],
)
def test_a_deadline_is_written_as_time_left_or_time_past(
    left: timedelta, vietnamese: str, color: str
) -> None:
    with override("vi"):
        assert ui.due(AT + left, AT) == vietnamese
    assert ui.due_color(AT + left, AT) == color


def test_a_deadline_is_also_written_in_english() -> None:
    with override("en"):
        assert ui.due(AT - timedelta(days=3), AT) == "3 d overdue"


def test_a_badge_escapes_its_label() -> None:
    assert draw("{% badge label 'danger' %}", label="<b>") == (
        '<span class="ds-tag" data-color="danger">&lt;b&gt;</span>'
    )


def test_an_icon_without_a_label_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in draw("{% icon 'send' %}")
    assert 'role="img" aria-label="Gửi"' in draw("{% icon 'send' 'Gửi' %}")


def test_the_query_keeps_the_filters_and_replaces_one() -> None:
    request = RequestFactory().get("/?q=a+b&cursor=old&state=X")
    assert draw("{% query cursor='new' state='' %}", request=request) == "?q=a+b&amp;cursor=new"


class Letter(forms.Form):
    subject = forms.CharField(label="Subject", help_text="In one line")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    urgent = forms.BooleanField(label="Urgent", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    file = forms.FileField(label="File", required=False)


def test_a_field_ties_its_help_and_its_error_to_the_input() -> None:
    form = Letter({})
    html = draw("{% field form.subject %}", form=form)
    assert 'aria-describedby="id_subject_help id_subject_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_subject_help"' in html
    assert 'id="id_subject_error"' in html
    assert '<label class="ds-label" for="id_subject">' in html


def test_a_field_that_may_stay_empty_says_so() -> None:
    with override("en"):
        assert "(optional)" in draw("{% field form.note rows='3' %}", form=Letter())
        assert 'rows="3"' in draw("{% field form.note rows='3' %}", form=Letter())
        assert "(optional)" not in draw("{% field form.subject %}", form=Letter())


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    html = draw("{% field form.kind %}", form=Letter({}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2
    assert 'id="id_kind_error"' in html


def test_a_file_is_drawn_as_a_place_to_drop_it() -> None:
    assert "data-drop" in draw("{% field form.file %}", form=Letter())


def test_a_value_with_markup_is_escaped() -> None:
    assert "<script>" not in draw("{% field form.subject %}", form=Letter({"subject": '"><script>'}))


@pytest.mark.parametrize(
    ("cookie", "scheme"), [("dark", "dark"), ("light", "light"), ("", "auto"), ("<x>", "auto")]
)
def test_the_colour_scheme_comes_from_the_cookie(cookie: str, scheme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["scheme"] = cookie
    assert draw("{% color_scheme %}", request=request) == scheme


def test_an_address_that_is_not_served_is_empty() -> None:
    assert draw("{% url_if 'nowhere' as address %}[{{ address }}]") == "[]"
    assert draw("{% url_if 'home' %}") == "/"
