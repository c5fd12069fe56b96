"""Small cells: what of a set of counts may be published, and what has to be hidden."""
