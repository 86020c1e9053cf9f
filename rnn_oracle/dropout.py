"""Dropout with the masks that one gives; see `rnn_oracle.reference.dropout`."""

from .reference.dropout import Masks, dropped

__all__ = ["Masks", "dropped"]
