"""Results turned into figures; pure."""
