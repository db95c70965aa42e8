"""How the policy is run, checked and proved."""
