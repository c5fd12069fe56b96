"""What the events add up to."""
