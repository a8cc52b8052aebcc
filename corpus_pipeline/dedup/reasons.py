"""Why *dedup* drops a document, by kind of match, and what is said of it."""

CONTAMINATION = {
    "contaminated": "it holds {contamination_matched:,} of the {contamination_total:,} words "
    "of the evaluation item {contaminated_by}[, {contamination_score:%} of what they weigh]"
    "[; the rule {rule} takes {options.contamination.min_coverage:%} and more]",
}
ADDRESS = {"duplicate-url": "it has the same address as {duplicate_of}"}
EXACT = {"exact-duplicate": "it has the same text as {duplicate_of}"}
DOCUMENT = {
    "document-duplicate": "it is a near copy of {partner}[, with a similarity of {jaccard:,}]"
    "[; the rule {rule} takes {options.document.threshold:,} and more]",
}
SENTENCE = {
    "sentence-nothing-left": "hardly a sentence of it is left without those that stand in "
    "other documents[: {removed_sentences:,} sentences would go]",
    "sentence-too-much-lost": "{repeated_chars:,} of its characters are in sentences that "
    "stand in other documents[; the rule {rule} allows {options.sentence.max_loss:%} of them]",
}
SUBSTRING = {
    "substring-nothing-left": "hardly a word of it is left without the strings that stand in "
    "other documents[: they have {substring_chars:,} characters]",
}
PARAGRAPH = {
    "paragraph-too-much-seen": "{paragraph_seen:,} of the {paragraph_ngrams:,} n-grams of its "
    "paragraphs stand in earlier ones"
    "[; the rule {rule} allows {options.paragraph.document_threshold:%} of them]",
    "paragraph-nothing-left": "earlier documents have all of its paragraphs"
    "[, {removed_paragraphs:,} in all]",
}
