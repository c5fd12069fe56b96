"""How requests arrive and what makes them complete."""
