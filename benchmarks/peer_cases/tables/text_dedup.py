"""text-dedup: hashes, shingles, similarity, clusters."""

from peer_cases.cases import Table

TABLE = Table("text-dedup", "text-dedup")
TABLE.inner("hashes and shingles of the comparison of documents", "ngrams", "tokenize",
             "jaccard_similarity", "cluster_jaccard_similarity", "sha1_hash", "xxh3_hash",
             "xxh3_16hash", "xxh3_32hash", "xxh3_64hash", "xxh3_128hash", "md5_hexdigest",
             "sha256_hexdigest", "md5_digest", "sha256_digest", "xxh3_64_digest",
             "xxh3_128_digest")  # fmt: skip
TABLE.cannot("the text as it is compared", "normalize", "news_copy_preprocessing")
