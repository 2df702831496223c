"""An evaluation as a file for others: JSON for programs, Markdown for notes, HTML for a browser."""
