"""What a serving process is made of is no garbage: the collector need not walk over it again and again.

Pages, routes, models and catalogue are some hundreds of thousands of objects that stay. A full collection walks over
all of them and stops every request for 0.1 s and more; under load there was one each second.
"""

import gc

_MADE_BEFORE_A_LOOK = 10_000
"""Objects made before the young are looked through. Python's own 700 is for programs of the nineties."""


def leave_out_what_stays() -> None:
    """Once per process, when it is put together and begins to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_A_LOOK, 20, 20)
