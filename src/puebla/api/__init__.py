"""The doors for machines: feeds, sitemap, OAI-PMH and the read API, over what was released to the public."""
