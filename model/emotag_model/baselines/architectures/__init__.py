"""Networks of other kinds over the same words, which the CNN-BiSRU's parts are judged by."""
