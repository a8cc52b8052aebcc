"""What readers say of raw documents, and *extract* understands."""

HTML_TYPES = ("text/html", "application/xhtml+xml")

#: HTML that is main text throughout, as a post of a forum is: none of it is navigation. Another
#: program sees HTML.
FRAGMENT = "text/html; fragment=1"
