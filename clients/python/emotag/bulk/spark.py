"""Tags in Spark. Needs the extra `spark`, on the driver and on every worker.

frame.withColumn("emotion", emotion_udf()("text"))
spark.udf.register("emotion", emotion_udf())          # SELECT text, emotion(text).label FROM messages
"""

from __future__ import annotations

from typing import Any

from emotag.bulk.arrow import tag_arrays, tag_fields, texts_of
from emotag.bulk.tagger import process_tagger

try:
    import pyarrow as pa
    from pyspark.sql import types
    from pyspark.sql.functions import arrow_udf
except ImportError as error:
    raise ModuleNotFoundError(
        "tags in Spark need pyspark 4.1 or newer and pyarrow: pip install 'emotag[spark]' brings it", name="pyspark"
    ) from error


def emotion_udf(taxonomy: str = "", *, scores: bool = False, checkpoint: str | None = None) -> Any:
    """Make a function of a column of strings that gives a struct: label, score, labels, uncertain, error.

    A text that can not be tagged has an error in its struct, a null among them. Each Python worker loads the model
    once; Spark keeps those from task to task.

    Args:
        taxonomy: Labels to use; empty means the checkpoint's default.
        scores: Add `scores`, a map of every label to its score.
        checkpoint: A folder that every worker has (default: the one that ships).
    """

    # Spark reads from the annotations that whole columns are handed over, and pickles this with what it refers to.
    def emotion(texts: pa.Array) -> pa.Array:
        tags = process_tagger(checkpoint).columns(texts_of(texts), taxonomy=taxonomy, scores=scores)
        return pa.StructArray.from_arrays(tag_arrays(tags, scores=scores), fields=tag_fields(scores=scores))

    return arrow_udf(emotion, _tag_type(scores=scores))


def _tag_type(*, scores: bool) -> Any:
    """The type of `tag_fields` in Spark's words; made without a session, so that the function can be, too."""
    kind = types.StructType()
    kind = kind.add("label", types.StringType()).add("score", types.FloatType())
    kind = kind.add("labels", types.ArrayType(types.StringType())).add("uncertain", types.BooleanType())
    kind = kind.add("error", types.StringType())
    return kind.add("scores", types.MapType(types.StringType(), types.FloatType())) if scores else kind
