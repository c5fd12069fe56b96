"""A request's moves: who may make them, when, and the journal that remembers."""
