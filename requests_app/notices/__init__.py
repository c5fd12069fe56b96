"""Messages to people, from templates, with delivery state."""
