"""Pages of the Plan of Action."""
