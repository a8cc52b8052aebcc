"""Labels of source files: language, licences."""
