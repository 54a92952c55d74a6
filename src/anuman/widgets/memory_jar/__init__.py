"""The central widget of lesson 04: how many requests' caches fit beside the weights?"""
