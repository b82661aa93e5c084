"""Pages of the repository: lists, records, files, filing, batches, releasing."""
