"""What happens before the interface's libraries are imported."""

import pytest

from fmnist_tui.__main__ import spare_the_connection

SSH = {"SSH_CONNECTION": "192.0.2.1 40000 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("environment", "fps", "animations"),
    [
        ({}, None, None),
        (SSH, "10", "none"),
        (SSH | {"TEXTUAL_FPS": "30"}, "30", "none"),
        (SSH | {"TEXTUAL_ANIMATIONS": "full"}, "10", "full"),
    ],
)
def test_few_frames_are_drawn_over_ssh_unless_the_user_chose(
    environment: dict[str, str], fps: str | None, animations: str | None
) -> None:
    changed = dict(environment)
    spare_the_connection(changed)
    assert (changed.get("TEXTUAL_FPS"), changed.get("TEXTUAL_ANIMATIONS")) == (fps, animations)
