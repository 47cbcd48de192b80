"""Words: how a text becomes the token ids that the model reads, and where their vectors come from."""

from emotag_model.text.errors import TextDataError
from emotag_model.text.tokenizer import Encoding, Tokenizer
from emotag_model.text.vocabulary import PADDING_ID, UNKNOWN_ID, Vocabulary

__all__ = ["PADDING_ID", "UNKNOWN_ID", "Encoding", "TextDataError", "Tokenizer", "Vocabulary"]
