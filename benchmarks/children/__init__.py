"""Programs that measure something inside a process of its own. Each is started as a module by a command."""
