"""The pages on people, parties, bodies and rooms."""
