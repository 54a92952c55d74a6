"""The central widget of lesson 10: GPUs that fail, and what becomes of days, megawatts and racks."""
