"""Numbers by step, against lists of them."""

from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.loader.steps import Steps


@given(
    gaps=st.lists(st.integers(1, 9), max_size=4),
    values=st.lists(st.integers(1, 7), min_size=5, max_size=5),
)
def test_against_a_list(gaps: list[int], values: list[int]) -> None:
    firsts = [0]
    for gap in gaps:
        firsts.append(firsts[-1] + gap)
    steps = Steps(tuple(zip(firsts, values, strict=False)))
    listed = [[value for first, value in steps.changes if first <= step][-1] for step in range(50)]
    assert [steps.at(step) for step in range(50)] == listed
    before = [sum(listed[:step]) for step in range(50)]
    assert [steps.before(step) for step in range(50)] == before
    for total in range(before[-1]):
        assert steps.reached(total) == sum(sofar < total for sofar in before)
