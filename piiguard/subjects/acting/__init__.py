"""How a person's data is changed: the plan first, one transaction for each database, a proof, a receipt, lines in the audit trail."""
