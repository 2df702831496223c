"""Tests of the server, which an optional package brings; CI installs it with the other packages of the tests."""

import os

import pytest

if not os.environ.get("CI"):
    pytest.importorskip("textual_serve")
