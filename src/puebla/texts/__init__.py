"""Paragraph texts, once for all: a tree with permanent anchors, every language side by side, what changed, by whom."""
