"""The parameters of one bidirectional SRU layer, as every implementation of it reads them."""

from typing import NamedTuple

from torch import Tensor


class SruWeights(NamedTuple):
    """Parameters of a layer with inputs of width E and states of width D per direction.

    Attributes:
        projection: [G, 2, D, E]; for each direction the rows of W (candidate), W_f (forget gate), W_r (reset gate)
            and, where E differs from 2·D, W_h (highway). So G is 4, or 3 when the highway carries the input itself.
        recurrent: [2, 2, D]; v_f and v_r of each direction, which feed the previous state to the gates.
        bias: [2, 2, D]; b_f and b_r of each direction.
        scale: what the highway multiplies the input with where it carries it unprojected.
    """

    projection: Tensor
    recurrent: Tensor
    bias: Tensor
    scale: float
