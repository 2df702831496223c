"""Exports of runs and checkpoints for other programs; a format is one file in `formats/`."""
