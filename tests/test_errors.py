"""What a user reads of an error."""

from fmnist_tui.errors import UserError, error_line


def test_a_user_error_is_shown_by_its_text_and_a_bug_by_its_type() -> None:
    assert error_line(UserError("no [b]space", "Free some")) == "no [b]space. Free some."
    assert "ZeroDivisionError" in error_line(ZeroDivisionError("x\ny"))
