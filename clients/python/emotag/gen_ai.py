"""Names of OpenTelemetry's conventions for generative AI, which are in development: one that moves is changed here."""

EVALUATION = "gen_ai.evaluation.result"
EVALUATION_NAME, EVALUATION_LABEL = "gen_ai.evaluation.name", "gen_ai.evaluation.score.label"
EVALUATION_SCORE, RESPONSE_ID = "gen_ai.evaluation.score.value", "gen_ai.response.id"
CONVERSATION, AGENT = "gen_ai.conversation.id", "gen_ai.agent.name"
