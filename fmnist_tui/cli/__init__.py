"""The command line: the same runs without the interface, for scripts and pipes."""
