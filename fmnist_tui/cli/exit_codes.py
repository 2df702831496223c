"""The exit codes of all commands, and what they mean."""

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES = {
    DONE: "The command is done.",
    FAILED: "It failed, or found a problem. The reason is one line on stderr.",
    WRONG_USAGE: "The command line is wrong. Nothing was done.",
    INTERRUPTED: "It was interrupted by Ctrl-C or a signal. A run is saved and can be resumed.",
}
"""The meaning of each code, for the help, the man page and the documents."""
