"""Checkpoints on disk: manifest, store, saver, and the newest one that is whole."""
