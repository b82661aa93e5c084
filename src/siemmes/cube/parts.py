"""What the parts of a release folder are called, for those who read no figures of it."""

#: What is in a release, and what each of its files must be.
MANIFEST = "manifest.json"
