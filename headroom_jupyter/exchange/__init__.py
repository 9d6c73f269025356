"""What passes between a client and a provider, without a socket: requests rewritten, replies read.

`turn.Turn` is the way in: it holds one request of a client and everything its provider answers. The proxy and the
wrapped SDK clients carry its bytes.
"""
