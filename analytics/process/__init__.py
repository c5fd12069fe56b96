"""How work flows: the graph of steps, variants, rework, waits, hand-offs, and the rules of moves."""
