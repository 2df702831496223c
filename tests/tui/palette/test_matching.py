"""Fuzzy search of the command palette."""

from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.tui.palette.matching import best_matches, match

WORDS = st.text(alphabet="abc -[]2É", max_size=12)


def best(query: str, *texts: str) -> list[str]:
    return [texts[index] for index, _found in best_matches(query, list(texts), 10)]


def test_words_match_in_any_order_and_case() -> None:
    found = best("CNN resume", "Resume run 2026-cnn", "Open run 2026-cnn", "Resume run 2026-mlp")
    assert found == ["Resume run 2026-cnn"]


def test_whole_words_precede_beginnings_which_precede_initials_insides_and_scattered_letters() -> None:
    texts = ["lazy crate", "inflate", "lovely apple tree eaten", "later", "late-2"]
    assert best("late", *texts) == [*reversed(texts[2:]), "inflate", "lazy crate"]


def test_scattered_letters_begin_at_a_word() -> None:
    assert match("lr", "Choose model resnet") is None
    assert match("thm", "Use theme nord") is not None


def test_initials_find_a_field() -> None:
    found = match("lr", "Go to field learning rate")
    assert found is not None
    assert found.positions == (12, 21)


def test_equally_good_matches_keep_their_order() -> None:
    assert best("run", "run c", "run a", "run b") == ["run c", "run a", "run b"]


def test_a_long_row_of_repeated_letters_is_searched_in_one_way_from_each_word() -> None:
    assert match("2" * 30 + "x", "2 " * 500) is None  # to try every way to place them would take forever


def test_a_letter_that_becomes_two_in_lower_case_shifts_no_position() -> None:
    found = match("run", "İİ run")
    assert found is not None
    assert found.positions == (3, 4, 5)


@given(WORDS, WORDS)
def test_the_matching_characters_are_those_of_the_query(query: str, text: str) -> None:
    found = match(query, text)
    if found is not None:
        assert {text[position].lower() for position in found.positions} == set(query.lower()) - {" "}
        assert 0 <= found.score <= 1
    else:
        assert not all(word in text.lower() for word in query.lower().split())


@given(WORDS)
def test_every_text_matches_itself_well(text: str) -> None:
    found = match(text, text)
    assert found is not None
    assert not text.split() or found.score >= 0.8
