"""Running cases moved to another version of their process on purpose: sorted first, moved, undone."""
