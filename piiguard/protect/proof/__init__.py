"""What must hold before a value is dropped or written over: its new form was opened and is what the database holds."""
