"""What is a secrecy mark in the words of a scan, and what is not."""

from __future__ import annotations

import unicodedata

import pytest

from lienthong.office.secrecy import TOP_LINES, found_mark

HEAD = "ỦY BAN NHÂN DÂN\nTỈNH HÀ GIANG\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 15/KH-UBND\n"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("MẬT", "MẬT"),
        ("TỐI MẬT", "TỐI MẬT"),
        ("TUYỆT MẬT", "TUYỆT MẬT"),
        ("  [ TỐI  MẬT ] ", "TỐI MẬT"),
        ("| M Ậ T |", "MẬT"),
        ("TÔI MÂT", "TỐI MẬT"),  # as OCR misreads the marks
        ("TUYET MAT", "TUYỆT MẬT"),
        ("Độ mật: TỐI MẬT", "TỐI MẬT"),
        ("MẬT     Hà Nội, ngày 02 tháng 3 năm 2026", "MẬT"),
        (unicodedata.normalize("NFD", "TUYỆT MẬT"), "TUYỆT MẬT"),
    ],
)
def test_the_stamp_alone_near_the_top_is_a_mark(line: str, mark: str) -> None:
    assert found_mark(f"{HEAD}{line}\nKẾ HOẠCH") == mark


@pytest.mark.parametrize(
    "text",
    [
        "Về việc bảo vệ bí mật nhà nước",
        "V/v tăng cường bảo mật hệ thống thông tin",
        "mật độ dân số",
        "MẬT ĐỘ XÂY DỰNG",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "BẢO MẬT",
        "BÍ MẬT",
        "CƠ MẬT VIỆN",
        "QUY ĐỊNH VỀ DANH MỤC BÍ\nMẬT",  # torn between the words
        "AN TOÀN VÀ BẢO\nMẬT",
        "mật",  # the end of a sentence, no stamp
        "Mật",
        "Phường Mật Sơn",
        "MẬT ONG",
        "MẬT 2",
        "Không đóng dấu MẬT lên văn bản này",
    ],
)
def test_the_word_within_text_is_none(text: str) -> None:
    assert found_mark(f"{HEAD}{text}\nNội dung") == ""


def test_far_below_the_top_it_is_none() -> None:
    lines = ["Nội dung kế hoạch."] * TOP_LINES
    assert found_mark("\n\n".join([*lines, "MẬT"])) == ""
    assert found_mark("\n\n".join([*lines[1:], "MẬT"])) == "MẬT"
    assert found_mark("") == ""
