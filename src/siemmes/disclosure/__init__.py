"""Protection of small cells: the only way of figures out to the public."""
