"""The actions of the interface and their keys: data, without Textual, for the interface, the commands and the docs."""
