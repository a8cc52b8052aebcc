"""What readers say of raw documents, and *extract* understands."""

HTML_TYPES = ("text/html", "application/xhtml+xml")

#: What the extra `pdf` reads.
PDF_TYPE = "application/pdf"

#: HTML that is main text throughout, as a post of a forum is: none of it is navigation. Another
#: program sees HTML.
FRAGMENT = "text/html; fragment=1"
