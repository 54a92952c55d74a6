"""A real model writes: prefill, then decode token by token, with time, bytes and the cache."""
