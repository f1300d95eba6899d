import pytest

from blastradius.model.text import nearest, printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Škoda Auto 日本", "Škoda Auto 日本"),
        ("red \x1b[31m", "red \\x1b[31m"),
        ("two\nlines\tand tab", "two\\nlines\\tand tab"),
        ("c1 \x9b31m", "c1 \\x9b31m"),
        ("bidi \u202eevil\u2066", "bidi \\u202eevil\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("lone \ud800", "lone \\ud800"),
        ("no-break\xa0space\u3000", "no-break\xa0space\u3000"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_printable_escapes_what_acts_on_the_screen(text, shown):
    assert printable(text) == shown


def test_printable_cuts_before_and_after_escaping():
    assert printable("x" * 10, 10) == "x" * 10
    assert printable("x" * 11, 10) == "xxxxxxx..."
    assert len(printable("\x1b" * 10**7, 20)) == 20


def test_quoted():
    assert quoted("a\rb") == "'a\\rb'"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("SECRETS", "Secrets"),
        ("source-code", "Source code"),
        ("Secretz", "Secrets"),
        ("", None),
        ("nothing like it", None),
    ],
)
def test_nearest_ignores_capitals(word, meant):
    assert nearest(word, ["Secrets", "Source code", "Personal"]) == meant


def test_nearest_of_many_is_quick_and_still_finds_a_slip():
    names = {f"party-{i}" for i in range(200_000)}
    assert nearest("parti-77", names) is not None


def test_nearest_of_many_is_like_at_both_ends():
    names = [f"access:party-{k:05}>provider:{way}" for k in range(4000) for way in ("vpn", "edi")]
    meant = "access:party-03777>provider:vpn"
    assert nearest("access:party-03777>provder:vpn", names) == meant
