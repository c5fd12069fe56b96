"""Proofs of the log: standard library only, so that anyone can check a bundle anywhere."""
