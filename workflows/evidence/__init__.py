"""What an auditor asks for: each claim of the product beside the records that it rests on.

Everything here is computed from the records when it is asked for; nothing is kept of it.
"""
