"""What an operator sees of a process: an HTTP port with probes and metrics, imported only where it is asked for."""
