"""Trains, evaluates and loads data, for the command line and the interface."""
