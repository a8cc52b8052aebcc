"""What of a paper's LaTeX is read. The papers were written for these tests."""

import time

import pytest

from corpus_pipeline.extract.latex import read_paper, without_comments

PAPER = r"""%% a paper
\documentclass[11pt]{article}
\usepackage{amsmath} % packages
\newcommand{\R}{\mathbb{R}}
\newcommand\eps{\varepsilon}
\def\Rn{\R^n}
\DeclareMathOperator*{\argmin}{arg\,min}
\newcommand{\norm}[1]{\lVert #1 \rVert}
\title[Short]{On \Rn: 100\% \\ sure}
\author{A. Nobody}
\begin{document}
\maketitle
\begin{abstract}
We study $\Rn$.
\end{abstract}
\section{Introduction} % first
% a whole line
Let $\eps>0$ and $x\in\Rn$, see \cite{a}. Then
\begin{equation}
  \norm{x} = \argmin_{y} \eps{} y. % inline
\end{equation}
It is 5\% of all.\\% and so on
\begin{verbatim}
100 % stays
\end{verbatim}
\input{parts/proof}
\bibliographystyle{plain}
\bibliography{refs}
\begin{thebibliography}{9}
\bibitem{a} Nobody, 1999.
\end{thebibliography}
\appendix
\section{More}
The rest.
\end{document}
This is never read.
"""
PROOF = "\\section{Proof}\nTrivial for $\\R$.\n"
TEXT = r"""\begin{abstract}
We study $\mathbb{R}^n$.
\end{abstract}
\section{Introduction}
Let $\varepsilon>0$ and $x\in\mathbb{R}^n$, see \cite{a}. Then
\begin{equation}
  \norm{x} = \operatorname*{arg\,min}_{y} \varepsilon y.
\end{equation}
It is 5\% of all.\\
\begin{verbatim}
100 % stays
\end{verbatim}
\section{Proof}
Trivial for $\mathbb{R}$.

\appendix
\section{More}
The rest."""


def test_a_paper_of_two_files() -> None:
    paper = read_paper({"main.tex": PAPER, "parts/proof.tex": PROOF})
    assert paper.text == TEXT
    assert paper.title == r"On \mathbb{R}^n: 100\% sure"
    assert paper.main == "main.tex"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Plain TeX of the early nineties has neither class nor document.
        ({"a": "\\magnification 1200\n\\newsec{One}\nText.\n\\bye"}, "\\newsec{One}\nText.\n\\bye"),
        ({"a": "\\begin{document}\\maketitle Dear all.\\end{document}"}, "Dear all."),
        ({"a": "\\begin{document}no end"}, "no end"),
        # A withdrawn paper.
        ({"a": "%auto-ignore\n% withdrawn\n"}, ""),
        ({"a": ""}, ""),
        # Files that put each other in, or themselves, are read once.
        ({"a": "\\documentclass{x}\\section{A}\\input a \\input{b}", "b": "B \\input{a.tex}"},
         "\\section{A} B"),
        ({"a": "\\documentclass{x}\\section{A} \\input{/etc/passwd}\\input{../b}", "b": "B"},
         "\\section{A}"),
        # A macro that names itself keeps its name, those behind it have their values.
        ({"a": "\\section{A}\\def\\x{\\x\\x}\\def\\y{1}\\x\\y"}, "\\section{A}\\x1"),
        ({"a": "\\section{A}\\def\\x{y}\\x z \\xx \\\\x"}, "\\section{A}y z \\xx \\\\x"),
        ({"a": "\\section{数学}\r\n实数 $\\R$。% 注\r\n"}, "\\section{数学}\n实数 $\\R$。"),
    ],
)  # fmt: skip
def test_what_is_read(files: dict[str, str], expected: str) -> None:
    assert read_paper({f"{name}.tex": text for name, text in files.items()}).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\\%b % c", "a\\%b"),
        ("a\\\\% c\nb", "a\\\\\nb"),
        ("% one\n% two\nb", "b"),
        ("a\n  % one\nb", "a\nb"),
        ("\\verb|%| % c", "\\verb|%|"),
        ("\\verb| % c\nd", "\\verb|\nd"),
        ("\\begin{comment}x % y\\end{comment}z", "z"),
        (
            "\\begin{lstlisting}% y\n\\end{lstlisting} % z",
            "\\begin{lstlisting}% y\n\\end{lstlisting}",
        ),
        ("%", ""),
        ("", ""),
    ],
)
def test_comments(text: str, expected: str) -> None:
    assert without_comments(text) == expected


def test_macros_cannot_explode() -> None:
    doubling = "\\def\\a{xxxxxxxxxx}" + "".join(
        f"\\def\\{chr(98 + n)}{{\\{chr(97 + n)}\\{chr(97 + n)}}}" for n in range(24)
    )
    text = f"\\documentclass{{x}}{doubling}\\begin{{document}}\\section{{A}}" + "\\y" * 1000
    assert len(read_paper({"a.tex": text}).text) < 4 * len(text) + 2**17
    much = "\\def\\a{" + "x" * 900 + "}\\section{A}" + "\\a " * 100_000
    assert len(read_paper({"a.tex": much}).text) < 3 * len(much) + 2**17


@pytest.mark.parametrize(
    "part",
    ["\\input{", "\\input ", "\\def\\a{", "\\newcommand ", "\\newcommand{\\a}[", "%", "\\verb|",
     "\\title ", "\\begin{comment}", "\\begin ", "\\begin{thebibliography}", "\\section ", "{",
     "\\", "\n ", " % \n", "\\def\\a#1", "\\bibliography ["],
)  # fmt: skip
def test_hostile_texts_take_linear_time(part: str) -> None:
    def seconds(size: int) -> float:
        begin = time.process_time()
        text = "\\begin{document}\\section{A}" + part * (size // len(part)) + " " * size
        read_paper({"a.tex": text})
        return time.process_time() - begin

    small = min(seconds(100_000) for _ in range(2))
    assert seconds(800_000) < 40 * max(small, 0.005)
