"""A short storm; test/interop/storm makes longer ones."""

from lib.registry import check
from lib.storm import storm


@check(style=("pipe", "fifo"), seed=(1, 2))
def short(play, style, seed):
    """Random descendants are killed; the second phase of the build has all its slots again."""
    storm(play, style, seed)
