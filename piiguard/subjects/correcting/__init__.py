"""A wrong value of a person becomes the right one, in every place where it stands."""
