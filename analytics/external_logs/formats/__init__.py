"""One reader a format; each yields text cells, so that everything behind stays the same."""
