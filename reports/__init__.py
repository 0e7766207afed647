"""What is read and published: figures, tables, templates, the manifest."""
