"""Folds a network's weights, in numpy, into what the native core reads: one table of rows per word, and matrices.

The same function as `emotag_model.network.folded`, in another layout: every width is padded to whole vectors, gates
carry the factor that lets the core compute them by powers of two, and heads of the attention lie side by side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from emotag_model.network.config import CnnBiSruConfig

    Array = NDArray[np.float32]
    Weights = Mapping[str, NDArray[Any]]

LANE = 16  # floats that every width is a multiple of
GROUP = 8  # heads that are computed together
_GATE_FACTOR = -math.log2(math.e)  # sigmoid(x) = 1 / (1 + 2 ** (factor * x))
_SCALE = math.sqrt(3)  # of a highway that carries its input; see emotag_model.sru.layer
_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True, eq=False)
class Folding:
    """One network's weights, to be folded.

    Attributes:
        config: its sizes.
        weights: its parameters by their names in `CnnBiSru.state_dict()`, in any float type.
    """

    config: CnnBiSruConfig
    weights: Weights

    @property
    def row(self) -> int:
        """Values of the table per word: what it adds through each tap, then the gates of both directions."""
        config = self.config
        return config.kernel_size * padded(config.conv_channels[0]) + 8 * padded(config.sru_size)

    def table(self) -> Iterator[Array]:
        """Yield the table [vocabulary_size, row] in blocks of rows; padding's row is 0 and never read."""
        matrix, bias = self._word_matrix()
        words = self.weights["embedding.weight"]
        for start in range(0, len(words), _ROWS_AT_ONCE):
            block = _single(words[start : start + _ROWS_AT_ONCE]) @ matrix + bias
            if start == 0:
                block[0] = 0
            yield block

    def matrices(self) -> Array:
        """Return all other weights in the order in which the core reads them."""
        parts = [*self._convs(), _recurrent(self._get("sru.0.recurrent"))]
        for layer in range(1, self.config.sru_layers):
            parts += self._upper_layer(f"sru.{layer}")
        parts += [*self._attention(), *self._classifier()]
        return np.concatenate([part.ravel() for part in parts]).astype(np.float32)

    def _get(self, name: str) -> Array:
        return _single(self.weights[name])

    def _word_matrix(self) -> tuple[Array, Array]:
        """What a word vector is multiplied with [E, row], and what is added."""
        kernel, size = self._get("conv.convs.0.weight"), self.config.sru_size
        taps = [_pad(tap.T, axes=(1,)) for tap in kernel.transpose(2, 0, 1)]  # [E, C] each
        biases = [np.zeros(tap.shape[1], np.float32) for tap in taps]
        biases[len(taps) // 2] = _pad(self._get("conv.convs.0.bias"))
        projection, bias = self._get("sru.0.projection"), self._get("sru.0.bias")
        width = projection.shape[-1]
        for direction in range(2):
            gates = projection[:, direction].transpose(0, 2, 1)  # [G, E, D]
            if len(gates) < 4:
                carried = np.eye(width, size, -direction * size, dtype=np.float32) * np.float32(_SCALE)
                gates = np.concatenate([gates, carried[None]])
            taps += [_pad(gate, axes=(1,)) for gate in _prepared(gates)]
            biases += [_pad(row) for row in _gate_biases(bias[:, direction], size)]
        return np.concatenate(taps, axis=1), np.concatenate(biases)

    def _convs(self) -> Iterator[Array]:
        """Yield the further convolutions: [K · C_in, C_out] and bias [C_out] each."""
        for index in range(1, len(self.config.conv_channels)):
            kernel = self._get(f"conv.convs.{index}.weight").transpose(2, 1, 0)  # [K, C_in, C_out]
            yield _pad(kernel, axes=(1, 2))
            yield _pad(self._get(f"conv.convs.{index}.bias"))

    def _upper_layer(self, name: str) -> Iterator[Array]:
        """Yield the gates' matrix [2 · D, 2 · 4 · D], their bias and the recurrent weights of a layer on top."""
        projection, bias, size = self._get(f"{name}.projection"), self._get(f"{name}.bias"), self.config.sru_size
        columns: list[Array] = []
        biases: list[Array] = []
        for direction in range(2):
            gates = projection[:, direction].transpose(0, 2, 1)
            carried = np.eye(2 * size, size, -direction * size, dtype=np.float32) * np.float32(_SCALE)
            columns += [_pad(gate, axes=(1,)) for gate in _prepared(np.concatenate([gates, carried[None]]))]
            biases += [_pad(row) for row in _gate_biases(bias[:, direction], size)]
        yield self._by_states(np.concatenate(columns, axis=1))
        yield np.concatenate(biases)
        yield _recurrent(self._get(f"{name}.recurrent"))

    def _by_states(self, matrix: Array) -> Array:
        """Pad the rows of [2 · D, n]: those of each direction by themselves."""
        return _pad(matrix.reshape(2, self.config.sru_size, -1), axes=(1,)).reshape(-1, matrix.shape[1])

    def _attention(self) -> Iterator[Array]:
        """Yield queries and keys [2 · D, groups, query or key, head width, GROUP], and their bias."""
        heads = self.config.attention_heads
        factor = np.float32(math.log2(math.e) / math.sqrt(2 * self.config.sru_size // heads))
        query, key = self._get("attention.query.weight") * factor, self._get("attention.key.weight")
        query_bias = self._get("attention.query.bias") * factor
        matrix = _grouped(np.stack([query.T, key.T], axis=1), heads)
        yield self._by_states(matrix.reshape(len(matrix), -1))
        yield _grouped(np.stack([query_bias, np.zeros_like(query_bias)])[None], heads)

    def _classifier(self) -> Iterator[Array]:
        """Yield the classifier of what is pooled, the attention's values and output in it, and its bias, in float64."""
        config, heads = self.config, self.config.attention_heads
        size, conv_size = 2 * config.sru_size, config.conv_channels[-1]
        value, output, weight = (
            self.weights[f"{name}.weight"].astype(np.float64)
            for name in ("attention.value", "attention.output", "classifier")
        )
        value_bias, output_bias, bias = (
            self.weights[f"{name}.bias"].astype(np.float64)
            for name in ("attention.value", "attention.output", "classifier")
        )
        before, attended, after = np.split(weight, [conv_size, conv_size + size], axis=1)
        projected = (attended @ output).reshape(len(weight), heads, -1)
        read = np.einsum("lnd,ndh->nhl", projected, value.reshape(heads, -1, size))  # [N, H, L]
        rows = [
            _pad(before.T, axes=(0,)),
            *(self._by_states(head) for head in read),
            _pad(after.T, axes=(0,)),
        ]
        yield _pad(np.concatenate(rows), axes=(1,))
        yield _pad(attended @ (output @ value_bias + output_bias) + bias)


def padded(size: int) -> int:
    """Return the next multiple of LANE."""
    return -(-size // LANE) * LANE


def _single(values: NDArray[Any]) -> Array:
    return np.asarray(values, dtype=np.float32)


def _pad(values: NDArray[Any], axes: tuple[int, ...] = (0,)) -> NDArray[Any]:
    widths = [(0, padded(size) - size if axis in axes else 0) for axis, size in enumerate(values.shape)]
    return np.pad(values, widths)


def _prepared(gates: Array) -> Array:
    """Gates [4, …] → the same, forget and reset gate multiplied by the factor of a gate."""
    factors = np.array([1, _GATE_FACTOR, _GATE_FACTOR, 1], np.float32)
    return gates * factors.reshape(4, *[1] * (gates.ndim - 1))


def _gate_biases(bias: Array, size: int) -> Array:
    """Biases [2, D] of forget and reset gate → [4, D] of all gates."""
    rows = np.zeros((4, size), np.float32)
    rows[1:3] = bias
    return _prepared(rows)


def _recurrent(weights: Array) -> Array:
    """V_f and v_r [2, direction, D] → [direction, 2, D], multiplied by the factor of a gate."""
    return _pad(weights.transpose(1, 0, 2) * np.float32(_GATE_FACTOR), axes=(2,))


def _grouped(values: Array, heads: int) -> Array:
    """Values [n, 2, heads · width] → [n, groups, 2, width made even, GROUP], 0 where there is no head."""
    rows, _, size = values.shape
    width, groups = size // heads, -(-heads // GROUP)
    made = np.zeros((rows, 2, groups * GROUP, width + width % 2), np.float32)
    made[:, :, :heads, :width] = values.reshape(rows, 2, heads, width)
    return made.reshape(rows, 2, groups, GROUP, -1).transpose(0, 2, 1, 4, 3)
