"""Who may look at figures, what they asked for, and what they may see of it."""
