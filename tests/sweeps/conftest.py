"""Fixtures of the tests of sweeps."""

from postgres_server import postgres as postgres  # noqa: PLC0414 - a fixture
