"""The central widget of lesson 01: on which day has serving a model cost more than training it?"""
