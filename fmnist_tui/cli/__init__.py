"""The headless twin: the same runs, from scripts and over pipes."""
