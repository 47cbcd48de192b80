// What a program in TypeScript writes: compiled, not run. What must not compile says so.
import { EmotionClient, EmotionError, StreamBrokenError } from "emotag";
import type { Item, Message, Tag } from "emotag";

async function* said(): AsyncGenerator<Message> {
  yield { text: "The build is green again.", sender: "coder", sentAt: new Date(), timeToLiveMs: 500 };
}

export async function use(signal: AbortSignal): Promise<string[]> {
  await using client = new EmotionClient("localhost:50051", {
    tls: { ca: "ca.pem", cert: new URL("file:///agent.pem"), key: Buffer.from("") },
    token: async () => "a-token",
    retry: { totalMs: 5_000 },
    timeoutMs: null,
  });
  const one: Tag = await client.classify("thank you", { taxonomy: "goemotions", topK: 2, signal });
  const items: Item[] = ["hello", { text: "bye" }, new EmotionError("a line that is no JSON")];
  const many: Tag[] = await client.classify(items, { scores: true, explain: true });
  const { taxonomies } = await client.info({ timeoutMs: 100 });
  const labels: string[] = [one.label, ...taxonomies.flatMap((taxonomy) => taxonomy.labels)];
  try {
    for await (const tag of client.stream(said(), { unordered: true })) labels.push(tag.error?.reason ?? tag.label);
  } catch (error) {
    if (error instanceof StreamBrokenError) labels.push(`${error.answered} ${error.retryAfterMs}`);
  }
  // @ts-expect-error it may be null: scores come when asked for
  many[0].scores.joy.toFixed(2);
  // @ts-expect-error a misspelt option
  await client.classify("hello", { top_k: 2 });
  // @ts-expect-error a message without text
  await client.classify({ sender: "planner" });
  // @ts-expect-error only a stream has an order to give up
  await client.classify("hello", { unordered: true });
  return labels;
}
