"""One module a kind of instance: `demo`, `production`, `test`, all on `base`."""
