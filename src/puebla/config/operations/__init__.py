"""Operating an instance: serving, the queue's worker, back-up and restore, health. The commands are thin over these."""
