"""The central widget of lesson 07: five ways to need fewer bytes a token, and what each gains at every batch."""
