"""The answer to a person: what is stored, since when and for how long, without a value of anybody else."""
