"""Break the server: a dashboard to be read, one fault at a time."""
