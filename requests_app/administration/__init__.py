"""The administrators' door: people, facilities, holidays, clock rules of their organization."""
