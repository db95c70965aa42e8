"""The bench's process as a viewflow project: what a Django developer would write in an afternoon."""
