"""What the terminal itself shows of a run: title, progress in the task bar, notifications; and its clipboard."""
