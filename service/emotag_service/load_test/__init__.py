"""What a service does under load that does not wait for it: arrivals, callers, what became of each message, reports."""
