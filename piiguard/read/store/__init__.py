"""Object stores: buckets of S3 and of what speaks like it, whose objects are read as the files that they would be on a disk."""
