"""Pages of circulars."""
