"""Being here puts this folder on the import path, so that the tests of all editors can share what lies in it."""
