"""Text of wikitext, the markup of MediaWiki.

    wikitext ─ scanner ─► lines, with templates, links, tables and tags resolved ─ lines ─► text

Templates are not expanded: that takes a wiki. A few whose arguments are text give their arguments
(templates.py), all others nothing.
"""
