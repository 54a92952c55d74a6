"""The central widget of lesson 02: which of the two clocks does a decode step wait for?"""
