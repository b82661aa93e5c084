"""Pages of the statistics, and figures in words."""
