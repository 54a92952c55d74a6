"""The central widget of lesson 06: arrival rate against what users notice, and where the cliff is."""
