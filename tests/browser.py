"""Lay out a page in a browser at several widths, and measure it there."""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

# Root, as which containers run, gets no sandbox, and little shared memory. Nothing is to be found in any network. A
# scroll bar would take more or less of the width from one system to the next.
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)

# The page stands in frames: a window can't be as narrow as a phone. A frame from `srcdoc` is of its parent's origin, so
# the page can be measured from outside and needs no script in it.
AROUND = """<!doctype html><meta charset="utf-8"><body>{frames}<script>
{measure}
onload = () => {{
  const found = [...document.querySelectorAll("iframe")].map(frame => measure(frame.contentWindow));
  document.body.innerHTML = "<pre id=found></pre>";
  document.getElementById("found").textContent = JSON.stringify(found);
}};
</script>"""


def find_browser() -> str:
    """Return the command of Chromium or Chrome; skip the test without one, or fail it under CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must show the pages in a browser: none of {', '.join(NAMES)} is installed")
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    return found


def measured(page: str, measure: str, widths: tuple[int, ...], folder: Path, *, is_dark: bool = False) -> list:
    """Return the results of a script's function `measure(window)` in a page, at each of the widths.

    Args:
        page: The page's text.
        measure: The script; what its function returns is handed on as JSON.
        widths: In pixels.
        folder: For the browser's files.
        is_dark: Whether the reader prefers dark pages.
    """
    source = html.escape(page)
    frames = "".join(
        f'<iframe width="{width}" height="800" style="border: 0" srcdoc="{source}"></iframe>' for width in widths
    )
    around = folder / "around.html"
    around.write_text(AROUND.format(frames=frames, measure=measure), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if is_dark else 1}"
    # Without a profile of its own a browser hands the page to one that is open already.
    command = [find_browser(), *OPTIONS, scheme, f"--user-data-dir={folder / 'profile'}", "--dump-dom", around.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    found = re.search('<pre id="found">(.*?)</pre>', shown.stdout, re.DOTALL)
    assert found, shown.stderr
    return json.loads(html.unescape(found[1]))
