"""Being here puts this folder on the import path, so that tests in the folder below can share its helpers."""
