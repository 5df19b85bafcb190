from lienthong.kernel.errors import Refusal


def test_a_refusal_speaks_both_languages() -> None:
    assert set(Refusal().problem()["sentences"]) == {"vi", "en"}
