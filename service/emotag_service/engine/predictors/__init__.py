"""The only place of the service that knows torch: token ids in, logits out."""
