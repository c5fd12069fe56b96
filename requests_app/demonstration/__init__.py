"""A made-up year of three facilities, written through the same verbs as real work."""
