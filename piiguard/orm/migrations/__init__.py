"""What piiguard adds to Alembic beside its operations."""
