"""The pages of imported logs."""
