"""A whole run over corpora in their published forms: every record is accounted for."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import corpora
from runs import Runner, small

from corpus_pipeline.inspection.verify import verify

STORY = "The river rose in the night, and nobody had thought that it would reach the mill. " * 4


def tar(files: dict[str, bytes]) -> bytes:
    """An archive of files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def published(folder: Path) -> list[dict[str, Any]]:
    """Writes small corpora; returns them as inputs."""
    for name in ("reddit/2012", "reddit/2013", "site", "papers", "code", "books"):
        (folder / name).mkdir(parents=True)
    for year in ("2012", "2013"):
        submission = {"id": "q", "title": f"Oaks of {year}", "selftext": STORY, "score": 5}
        comments = [
            {"id": id_, "link_id": "t3_q", "parent_id": "t3_q", "body": f"{year} {id_} {text}",
             "score": score, "author": "u"}
            for id_, text, score in (("a", "Yes.", 4), ("b", "No.", 9), ("c", "Hm.", -2))
        ]  # fmt: skip
        for file, posts in (("RS", [submission]), ("RC", comments)):
            lines = "".join(json.dumps(post) + "\n" for post in posts)
            (folder / "reddit" / year / f"{file}.jsonl").write_text(lines, "utf-8")
    rows = "".join(
        f'<row Id="{n}" PostTypeId="{1 + (n > 1)}" ParentId="{1 if n > 1 else ""}" Score="{n}" '
        f'Body="&lt;p&gt;{STORY}{n}&lt;/p&gt;" />'
        for n in (1, 2, 3)
    )
    (folder / "site" / "Posts.xml").write_text(f"<posts>{rows}</posts>", "utf-8")
    paper = rf"\documentclass{{a}}\begin{{document}}\section{{S}} {STORY}\end{{document}}".encode()
    bundle = tar({f"{n}.gz": gzip.compress(paper + b"%") for n in ("0704.0001", "0704.0002")})
    (folder / "papers" / "src.tar").write_bytes(bundle)
    tree = {"p/a.py": b"x = 1\n" * 50, "p/logo.png": b"\x89PNG\r\n\x1a\n", "p/.git/x": b"y"}
    (folder / "code" / "p.tar.gz").write_bytes(gzip.compress(tar(tree)))
    (folder / "books" / "1.txt").write_text(
        f"*** START OF THE PROJECT GUTENBERG EBOOK OAKS ***\n\nProduced by A. Volunteer\n\n{STORY}"
        "\n\n*** END OF THE PROJECT GUTENBERG EBOOK OAKS ***\nLicence",
        "utf-8",
    )
    threads = {"join": "thread", "min_score": 0}
    return [
        {"path": str(folder / "reddit"), "source": "reddit", "format": "reddit", "posts": threads},
        {
            "path": str(folder / "site"),
            "source": "site",
            "format": "stackexchange",
            "posts": threads,
        },
        {"path": str(folder / "papers"), "source": "papers", "format": "latex"},
        {"path": str(folder / "code"), "source": "code", "format": "files"},
        {"path": str(folder / "books"), "source": "books"},
    ]


def test_a_run_over_all_of_them(run_here: Runner, tmp_path: Path) -> None:
    inputs = published(tmp_path / "in")
    output = tmp_path / "out"
    settings = small(tmp_path / "in", output, inputs=inputs)
    own = {"dedup": {"enabled": False}, "lines": {"book_matter": "gutenberg"}}
    run = run_here({**settings, "inputs": inputs, **own})
    verify(output)
    found = corpora.rows(output / "documents")
    texts = {(row["source"], row["id"]): row["text"] for row in found if row["source"] == "site"}
    assert list(texts) == [("site", "1")]
    assert texts["site", "1"].split("\n\n")[1] == "A:"
    reddit = [row["text"] for row in found if row["source"] == "reddit"]
    assert sorted(text.split("\n\n")[2:] for text in reddit) == [
        [f"{year} b No.", f"{year} a Yes."] for year in ("2012", "2013")
    ]
    assert [row["text"] for row in found if row["source"] == "books"] == [STORY.strip()]
    assert [json.loads(row["metadata"]) for row in found if row["source"] == "code"] == [
        {"extension": "py", "path": "p/a.py"}
    ]
    assert sorted(row["id"] for row in found if row["source"] == "papers") == [
        "0704.0001", "0704.0002",
    ]  # fmt: skip
    counts = run["counts"]
    assert counts["documents"] == len(found) + 1
    assert counts["dropped-read-binary"] == counts["skipped-hidden"] == 1
    assert counts["skipped-low-score"] == 2
    assert counts["joined-post"] == 6
    assert counts["lines_removed_book_matter"] == 4
