"""What a tag is computed by: the CNN-BiSRU model, its words, labels, checkpoints and training."""
