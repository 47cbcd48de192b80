// node example.js [HOST:PORT]: tag a message by one call, then a conversation by a stream.
import { EmotionClient } from "emotag";

const CONVERSATION = [
  { id: "1", sender: "planner", text: "Good news: the customer loved the new design!" },
  { id: "2", sender: "coder", text: "" },
  { id: "3", sender: "coder", text: "I am furious, you broke my code again and I hate it!" },
];

const client = new EmotionClient(process.argv[2], { retry: { totalMs: 2_000 } });
try {
  const { label, score, model } = await client.classify("Thank you so much, you saved the whole launch!");
  console.log(`${model.name} ${model.version}`);
  console.log(`0: ${label} ${score.toFixed(2)}`);
  for await (const { messageId, label, score, error } of client.stream(CONVERSATION)) {
    console.log(error ? `${messageId}: ${error.code}: ${error.message}` : `${messageId}: ${label} ${score.toFixed(2)}`);
  }
} catch (error) {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
