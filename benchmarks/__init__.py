"""What `make bench` runs: ratios measured in one run on one machine, against a yardstick taken beside them."""
