"""The overview, in Dash."""
