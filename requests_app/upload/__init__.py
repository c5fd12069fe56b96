"""The door for large uploads: bodies stream straight into the store, past Django's spooling."""
