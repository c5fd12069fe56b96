"""What a hospital sets up for itself: organization, facilities, people, holidays, clock rules."""
