"""TEI's (text-embeddings-inference's) routes of a classifier, with scores of several labels."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from emotag_service.contract.decode import plain_messages
from emotag_service.contract.status import refusal, refuse_failed

if TYPE_CHECKING:
    from starlette.requests import Request

    from emotag_service.engine.tag import Tag
    from emotag_service.http.desk import Desk

PREDICT = ("/predict", "/", "/invocations")  # TEI serves a classifier at all of them; the last is SageMaker's
HEALTH = ("/health", "/", "/ping")
_SHAPES = 'must be a text, or texts as [["…"], ["…"]]'
_SMALLEST = 1e-7  # of a probability, so that log odds stay finite


class Predict:
    """Answers TEI's routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def predict(self, request: Request) -> Response:
        """Scores of every label, the highest first: a list for one text, lists for several."""
        with self._desk.visit(request) as visit:
            body = await visit.json()
            single, texts = _inputs(body.get("inputs"))
            truncate = _flag(body, "truncate", default=True)
            raw = _flag(body, "raw_scores", default=False)
            if str(body.get("truncation_direction", "Right")).lower() != "right":
                raise _wrong("truncation_direction", "must be Right: this model reads the beginning of a text")
            names = ["inputs"] if single else [f"inputs[{index}]" for index in range(len(texts))]
            options = self._desk.options(request)
            visit.charge(len(texts))
            self._refuse_long(texts, names)
            tags = await visit.tag(plain_messages(texts, names), options)
            refuse_failed(tags, names)
            self._refuse_cut(tags, names, truncate=truncate)
            labels = self._desk.engine.model.taxonomy(options.taxonomy).labels
            predictions = [_prediction(labels, tag, raw=raw) for tag in tags]
            return JSONResponse(predictions[0] if single else predictions)

    async def info(self, request: Request) -> Response:
        """The model and the limits."""
        if not self._desk.protection.model_info:
            raise refusal("PERMISSION_DENIED", "MODEL_INFO_OFF", "model info is switched off")
        with self._desk.visit(request):
            engine, limits = self._desk.engine, self._desk.limits
            labels = engine.model.taxonomy(self._desk.options(request).taxonomy).labels
            classifier = {
                "id2label": {str(index): label for index, label in enumerate(labels)},
                "label2id": {label: index for index, label in enumerate(labels)},
            }
            return JSONResponse(
                {
                    "model_id": engine.model.identity.name,
                    "model_sha": engine.model.identity.digest,
                    "model_dtype": "float32",
                    "model_type": {"classifier": classifier},
                    "max_concurrent_requests": engine.limits.queue_messages,
                    "max_input_length": engine.limits.max_tokens,
                    "max_batch_tokens": engine.limits.max_tokens * engine.limits.batch_messages,
                    "max_batch_requests": engine.limits.batch_messages,
                    "max_client_batch_size": limits.frame_messages,
                    "auto_truncate": True,
                    "tokenization_workers": len(engine.model.replicas),
                    "version": version("emotag"),
                    "sha": None,
                    "docker_label": None,
                }
            )

    async def health(self, _request: Request) -> Response:
        """200 while messages are welcome."""
        if not self._desk.engine.healthy:
            raise refusal("UNAVAILABLE", "UNHEALTHY", "no message is taken at present")
        return Response()

    def _refuse_long(self, texts: list[Any], names: list[str]) -> None:
        """Refuse a text that is too long as TEI does: not as one that its tokenizer cannot read."""
        most = self._desk.engine.limits.max_text_bytes
        for text, name in zip(texts, names, strict=True):
            if isinstance(text, str) and len(text.encode(errors="surrogatepass")) > most:
                problem = f"{name}: has more than {most:,} bytes; send it in pieces"
                raise refusal("INVALID_ARGUMENT", "TEXT_TOO_LONG", problem)

    def _refuse_cut(self, tags: list[Tag], names: list[str], *, truncate: bool) -> None:
        for tag, name in zip(tags, names, strict=True):
            if tag.truncated and not truncate:
                most = self._desk.engine.limits.max_tokens
                raise refusal(
                    "INVALID_ARGUMENT", "TRUNCATED", f"{name}: must have at most {most} tokens: shorten it, or truncate"
                )


def _inputs(inputs: Any) -> tuple[bool, list[Any]]:
    """Whether it is one text, and the texts. A list of two strings is one pair, as TEI reads it."""
    if isinstance(inputs, str):
        return True, [inputs]
    if not isinstance(inputs, list):
        raise _wrong("inputs", _SHAPES)
    if all(isinstance(one, list) for one in inputs):
        for index, one in enumerate(inputs):
            if len(one) != 1:
                raise _pair(f"inputs[{index}]") if len(one) == 2 else _wrong(f"inputs[{index}]", 'must be ["…"]')
        return False, [one[0] for one in inputs]
    if len(inputs) == 2:
        raise _pair("inputs")
    if len(inputs) > 1:
        raise _wrong("inputs", _SHAPES)
    return True, inputs


def _pair(name: str) -> Exception:
    return _wrong(name, f"is a pair, which this model has no use for: it {_SHAPES}")


def _wrong(name: str, problem: str) -> Exception:
    return refusal("INVALID_ARGUMENT", "INVALID_REQUEST", f"{name}: {problem}")


def _flag(body: dict[str, Any], name: str, *, default: bool) -> bool:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(name, "must be true or false")
    return value


def _prediction(labels: tuple[str, ...], tag: Tag, *, raw: bool) -> list[dict[str, Any]]:
    scores = [] if tag.scores is None else tag.scores.tolist()
    ranked = sorted(zip(scores, labels, strict=True), key=lambda one: -one[0])
    return [{"score": _log_odds(score) if raw else score, "label": label} for score, label in ranked]


def _log_odds(score: float) -> float:
    within = min(max(score, _SMALLEST), 1 - _SMALLEST)
    return math.log(within / (1 - within))
