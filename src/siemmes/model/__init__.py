"""What the figures mean: concepts, code lists, data structures, periods; and their SDMX artefacts."""
