"""What every long-running process of emotag needs, whatever it does: logs, secrets, its lifetime, its patience."""
