"""An evaluation as a page that a person can read: figures, plots, and the mistakes themselves."""
