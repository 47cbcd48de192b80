"""Functions of messages that are spans of rows, one behind the other without padding: naive truth, Triton kernels."""
