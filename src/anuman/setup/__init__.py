"""Setting the course up on a computer: its environment, its JupyterLab, and what this machine can do."""
