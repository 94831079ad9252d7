"""One file per job of the operator, and the steps they share."""
