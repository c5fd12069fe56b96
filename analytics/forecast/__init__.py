"""The chance that open requests miss their contract date, and how good such chances have been."""
