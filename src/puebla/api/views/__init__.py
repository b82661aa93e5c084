"""Answers for machines. They are the same for everybody: nothing here looks at who asks, except below `private/`."""
