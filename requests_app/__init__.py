"""A request's life: asked, checked, imaged, delivered."""
