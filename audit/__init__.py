"""What happened, sealed and provable. Knows nothing of the other apps."""
