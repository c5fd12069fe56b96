"""What answers the sums and ordered values of measures: equal, cell by cell."""
