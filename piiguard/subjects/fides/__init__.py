"""The map of people's data as other tools read it: a dataset of Fides (fideslang 3)."""
