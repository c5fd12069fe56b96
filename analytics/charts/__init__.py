"""Tables to figures: pure functions, free of Django; colours are roles that the page fills in."""
