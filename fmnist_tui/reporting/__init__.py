"""Report files: JSON for programs, Markdown for notes, HTML for a browser."""
