"""Commands of the service; `emotag` finds them by name."""
