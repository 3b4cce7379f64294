"""What pages for people have in common: their style, and cards with two pictures and an edge between them to move.

The files are Jinja2 templates, which those who make pages include; they ask no server for anything.
"""
