"""Pages of notices: the inbox, what one follows, the public's subscriptions."""
