"""The central widget of lesson 05: static and continuous batching on the same requests, step by step."""
