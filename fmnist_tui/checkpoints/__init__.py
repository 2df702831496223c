"""Checkpoints on disk: manifest, store, saver, and loading the newest good one."""
