"""What SentencePiece does with a text: characters, then the pieces of a unigram or a BPE model.

    "Ａ  b"  ─ written ─►  "▁A▁b"  ─ cut ─►  where pieces end: 4, 8  ─►  "▁A ▁b"

Sums, comparisons and ties are those of SentencePiece 0.2.3 (src/normalizer.cc,
src/unigram_model.cc, src/bpe_model.cc): scores are added in 32 bits, and of two ways with equal
sums the first found stays.
"""

import heapq

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode


@kernel
def add_pieces(data, offsets, nodes, children, values):  # type: ignore[no-untyped-def]
    """Builds a tree of the bytes of pieces, as a hash table.

    Args:
        data: uint8, pieces one behind the other.
        offsets: int64[P + 1] into `data`.
        nodes: int64[2 ** k], filled with -1: node times 256 plus byte.
        children: int32[2 ** k], the node that it leads to; 0 is the root.
        values: int32, filled with -1: the piece that ends at a node.
    """
    mask = len(nodes) - 1
    count = 1
    for piece in range(len(offsets) - 1):
        node = np.int64(0)
        for i in range(offsets[piece], offsets[piece + 1]):
            key = node * 256 + np.int64(data[i])
            slot = _slot(key, mask)
            while nodes[slot] != -1 and nodes[slot] != key:
                slot = (slot + 1) & mask
            if nodes[slot] == -1:
                nodes[slot] = key
                children[slot] = count
                count += 1
            node = np.int64(children[slot])
        values[node] = piece
    return count


@kernel
def _slot(key, mask):  # type: ignore[no-untyped-def]
    """Returns where a key is looked for first."""
    return ((key * 0x9E3779B97F4A7C1) >> 20) & mask


@kernel
def _child(node, byte, nodes, children):  # type: ignore[no-untyped-def]
    """Returns the node that a byte leads to; -1 for none."""
    mask = len(nodes) - 1
    key = node * 256 + byte
    slot = _slot(key, mask)
    while nodes[slot] != key:
        if nodes[slot] == -1:
            return np.int64(-1)
        slot = (slot + 1) & mask
    return np.int64(children[slot])


@kernel
def _length(byte):  # type: ignore[no-untyped-def]
    """Returns the bytes of the character that begins with one."""
    if byte < 0xC0:
        return 1
    if byte < 0xE0:
        return 2
    return 3 if byte < 0xF0 else 4


@kernel
def _rule(data, i, stop, units):  # type: ignore[no-untyped-def]
    """Finds the longest rule for the text from `i` on, in a double array (Darts-clone).

    Returns (bytes that it takes, where its answer begins); (0, 0) when there is none.
    """
    longest, answer = 0, np.int64(0)
    if len(units) == 0:
        return longest, answer
    unit = np.int64(units[0])
    node = (unit >> 10) << ((unit & (1 << 9)) >> 6)
    k = i
    while k < stop:
        byte = np.int64(data[k])
        node ^= byte
        if node >= len(units):
            break
        unit = np.int64(units[node])
        if unit & ((1 << 31) | 0xFF) != byte:
            break
        node ^= (unit >> 10) << ((unit & (1 << 9)) >> 6)
        k += 1
        if (unit >> 8) & 1 and node < len(units):
            longest = k - i
            answer = np.int64(units[node]) & ((1 << 31) - 1)
    return longest, answer


@kernel
def _grown(array, size, more):  # type: ignore[no-untyped-def]
    """Returns the array, or a larger one with its first `size` values, with room for `more`."""
    if size + more <= len(array):
        return array
    larger = np.empty(2 * (size + more), np.uint8)
    larger[:size] = array[:size]
    return larger


@kernel
def _write_characters(  # type: ignore[no-untyped-def]
    data, begin, stop, units, answers, prefix, single, out
):
    """Writes a text as a model reads it; returns (`out`, or a larger one, and its size)."""
    size = 0
    previous = single
    empty = True
    i = begin
    while i < stop:
        taken, k = _rule(data, i, stop, units)
        source = answers
        last = k
        if taken == 0:
            taken = min(_length(data[i]), stop - i)
            source = data
            k, last = i, i + taken
        else:
            while last < len(answers) and answers[last] != 0:
                last += 1
        i += taken
        # Blanks at the beginning are passed over, if a rule gives nothing else.
        if empty and single and last - k == 1 and source[k] == 32:
            continue
        out = _grown(out, size, 3 * (last - k + 1))
        if empty:
            empty = False
            if prefix:
                size = _blank(out, size)
        while previous and k < last and source[k] == 32:
            k += 1
        if k < last:
            previous = single and source[last - 1] == 32
            while k < last:
                if source[k] == 32:
                    size = _blank(out, size)
                else:
                    out[size] = source[k]
                    size += 1
                k += 1
    while (
        single and size >= 3 and out[size - 3] == 0xE2 and out[size - 2] == 0x96
        and out[size - 1] == 0x81
    ):  # fmt: skip
        size -= 3
    return out, size


@kernel
def _blank(out, size):  # type: ignore[no-untyped-def]
    """Writes a ▁."""
    out[size] = 0xE2
    out[size + 1] = 0x96
    out[size + 2] = 0x81
    return size + 3


@kernel
def _cut_unigram(  # type: ignore[no-untyped-def]
    text, stop, nodes, children, values, scores, unknown, sums, starts, known, ends, kinds
):
    """Finds the pieces whose scores have the largest sum; returns how many there are.

    Args:
        text: uint8, `stop` bytes of it.
        scores: float32[P].
        unknown: float32, the score of a character that is no piece.
        sums, starts, known: float32, int64 and bool, more than `stop` of each.
        ends, kinds: int64[stop] and bool[stop], filled from their ends: where pieces end, and
            whether they are known.
    """
    for i in range(stop + 1):
        starts[i] = -1
    sums[0] = 0
    begin = 0
    while begin < stop:
        length = min(_length(text[begin]), stop - begin)
        here = sums[begin]
        single = False
        node, k = np.int64(0), begin
        while k < stop:
            node = _child(node, np.int64(text[k]), nodes, children)
            if node < 0:
                break
            k += 1
            piece = values[node]
            if piece >= 0:
                found = np.float32(scores[piece] + here)
                if starts[k] == -1 or found > sums[k]:
                    sums[k] = np.float32(found)
                    starts[k] = begin
                    known[k] = True
                single = single or k - begin == length
        k = begin + length
        if not single:
            worse = np.float32(unknown + here)
            if starts[k] == -1 or worse > sums[k]:
                sums[k] = worse
                starts[k] = begin
                known[k] = False
        begin = k
    count = 0
    k = stop
    while k > 0:
        count += 1
        ends[stop - count] = k
        kinds[stop - count] = known[k]
        k = starts[k]
    return count


@kernel
def _piece(text, begin, stop, nodes, children, values):  # type: ignore[no-untyped-def]
    """Returns the number of the piece that some bytes are; -1 when they are none."""
    node = np.int64(0)
    for k in range(begin, stop):
        node = _child(node, np.int64(text[k]), nodes, children)
        if node < 0:
            return -1
    return np.int64(values[node])


@kernel
def _cut_merged(  # type: ignore[no-untyped-def]
    text, stop, nodes, children, values, scores, before, after, ends, kinds
):
    """Merges neighbours, those with the best score first, the left ones first; returns how many
    pieces there are.

    Args:
        text: uint8, `stop` bytes of it.
        scores: float32[P].
        before, after: int64[stop]: where the neighbour on the left begins, and where a piece ends;
            0 where no piece begins.
        ends, kinds: as in `_cut_unigram`.
    """
    agenda = [(np.float32(0), np.int64(0), np.int64(0), np.int64(0))]
    agenda.clear()
    begin, left = np.int64(0), np.int64(-1)
    while begin < stop:
        size = min(_length(text[begin]), stop - begin)
        for k in range(begin, begin + size):
            after[k] = 0
        after[begin] = begin + size
        before[begin] = left
        if left >= 0:
            piece = _piece(text, left, begin + size, nodes, children, values)
            if piece >= 0:
                heapq.heappush(agenda, (-scores[piece], left, begin, begin + size))
        left = begin
        begin += size
    while len(agenda) > 0:
        _, left, right, last = heapq.heappop(agenda)
        # One of the two has changed since: what this was of is no more.
        if after[left] != right or after[right] != last:
            continue
        after[right] = 0
        after[left] = last
        if last < stop:
            before[last] = left
            piece = _piece(text, left, after[last], nodes, children, values)
            if piece >= 0:
                heapq.heappush(agenda, (-scores[piece], left, last, after[last]))
        if before[left] >= 0:
            piece = _piece(text, before[left], last, nodes, children, values)
            if piece >= 0:
                heapq.heappush(agenda, (-scores[piece], before[left], left, last))
    count = 0
    begin = np.int64(0)
    while begin < stop:
        count += 1
        begin = after[begin]
    at = stop - count
    begin = np.int64(0)
    while begin < stop:
        ends[at] = after[begin]
        kinds[at] = _piece(text, begin, after[begin], nodes, children, values) >= 0
        begin = after[begin]
        at += 1
    return count


@kernel
def write_pieces(  # type: ignore[no-untyped-def]
    data, offsets, units, answers, prefix, single, unigram, fallback, nodes, children, values,
    scores, unknown, out_offsets
):  # fmt: skip
    """Returns the pieces of each text, with a blank between two.

    Args:
        data, offsets: uint8 and int32[N + 1], the texts.
        units, answers: uint32 and uint8, what characters become: a double array and texts that end
            in a zero byte.
        prefix, single: a blank before the text; of several blanks one, and none at the ends.
        unigram: whether it is a unigram model, not BPE.
        fallback: what is unknown becomes its bytes, `<0xE4>`; else what is unknown in a row is one
            piece.
        nodes, children, values: of `add_pieces`.
        scores: float32[P].
        unknown: float32, score of a character that is no piece.
        out_offsets: int64[N + 1], filled.

    Returns:
        uint8, the pieces of all texts.
    """
    out = np.empty(2 * (int(offsets[-1]) - int(offsets[0])) + 64, np.uint8)
    text = np.empty(64, np.uint8)
    room = 0
    sums, flags = np.empty(1, np.float32), np.empty(1, np.bool_)
    first, second = np.empty(1, np.int64), np.empty(1, np.int64)
    ends, kinds = np.empty(1, np.int64), np.empty(1, np.bool_)
    size = 0
    for row in range(len(offsets) - 1):
        out_offsets[row] = size
        text, stop = _write_characters(
            data, np.int64(offsets[row]), np.int64(offsets[row + 1]), units, answers, prefix,
            single, text,
        )  # fmt: skip
        if stop > room:
            room = 2 * stop
            sums, flags = np.empty(room + 1, np.float32), np.empty(room + 1, np.bool_)
            first, second = np.empty(room + 1, np.int64), np.empty(room + 1, np.int64)
            ends, kinds = np.empty(room, np.int64), np.empty(room, np.bool_)
        if unigram:
            count = _cut_unigram(
                text, stop, nodes, children, values, scores, unknown, sums, first, flags, ends,
                kinds,
            )  # fmt: skip
        else:
            count = _cut_merged(
                text, stop, nodes, children, values, scores, first, second, ends, kinds
            )
        begin = 0
        previous = True
        for piece in range(stop - count, stop):
            end = ends[piece]
            out = _grown(out, size, 7 * (end - begin) + 1)
            if kinds[piece] or not fallback:
                if begin > 0 and (kinds[piece] or previous):
                    out[size] = 32
                    size += 1
                for k in range(begin, end):
                    out[size] = text[k]
                    size += 1
            else:
                for k in range(begin, end):
                    if k > 0:
                        out[size] = 32
                        size += 1
                    size = _byte(out, size, np.int64(text[k]))
            previous = kinds[piece]
            begin = end
    out_offsets[len(offsets) - 1] = size
    return out[:size]


@kernel
def _byte(out, size, byte):  # type: ignore[no-untyped-def]
    """Writes a byte as the name of its piece."""
    out[size] = 60
    out[size + 1] = 48
    out[size + 2] = 120
    for k, digit in ((3, byte >> 4), (4, byte & 15)):
        out[size + k] = digit + (48 if digit < 10 else 55)
    out[size + 5] = 62
    return size + 6


@kernel
def count_events(data, offsets, flags, blank, tokens, lines):  # type: ignore[no-untyped-def]
    """Counts, in each text, what `str.split()` cuts, and what `str.split("\\n")` does.

    Args:
        flags: uint8[0x110000], with the bit `blank` for characters at which the first one cuts.
    """
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        count, ends = 0, 0
        inside = False
        while i < stop:
            code_point, i = decode(data, i)
            space = flags[code_point] & blank != 0
            if not space and not inside:
                count += 1
            inside = not space
            ends += code_point == 10
        tokens[row] = count
        lines[row] = ends + 1
