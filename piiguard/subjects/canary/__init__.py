"""Canaries: invented people, planted in a table or an export, who tell where a leaked file comes from."""
