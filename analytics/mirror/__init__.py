"""Events folded into one row a request and one row a step."""
