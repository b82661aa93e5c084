"""Notices: what people follow, each one's inbox, the daily digest, and the public's subscriptions."""
