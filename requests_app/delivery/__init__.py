"""Ways out: the secure link and the record of every other channel."""
