"""Public pages. They are the same for everybody: nothing here looks at who asks."""
