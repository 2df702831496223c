"""Programs that measure something in their own process; a command starts each as a module."""
