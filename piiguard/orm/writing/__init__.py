"""What keeps a blind index equal to its sources, on every way a statement can write."""
