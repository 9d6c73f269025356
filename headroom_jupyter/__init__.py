"""Makes what a language model reads small, shows what it did, and loses nothing."""

__version__ = "0.1.0"
