"""Filling holes of any size with a network that knows holes of one size: parts, sizes, and texture from elsewhere."""
