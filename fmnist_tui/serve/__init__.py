"""The interface in a browser: who may connect, and a process of the interface for each tab."""
