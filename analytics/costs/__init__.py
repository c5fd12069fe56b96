"""What discs cost, on the reader's own assumptions, times what the log counted."""
