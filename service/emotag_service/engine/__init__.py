"""The transport-free core: messages in, tags out."""
