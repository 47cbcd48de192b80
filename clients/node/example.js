// node example.js [HOST:PORT]: tag messages by one call, then a conversation by a stream.
import { classify, connect, stream } from "./stubs.js";

const target = process.argv[2] ?? "localhost:50051";
const CONVERSATION = [
  { id: "1", sender: "planner", text: "Good news: the customer loved the new design!" },
  { id: "2", sender: "coder", text: "" },
  { id: "3", sender: "coder", text: "I am furious, you broke my code again and I hate it!" },
];

function show(tag) {
  return tag.error ? `${tag.message_id}: error ${tag.error.code}: ${tag.error.message}` : `${tag.message_id}: ${tag.label} ${tag.score.toFixed(2)}`;
}

const client = connect(target);
try {
  const { tags, model } = await classify(client, [{ id: "0", text: "Thank you so much, you saved the whole launch!" }]);
  console.log(`${model.name} ${model.version}`);
  tags.forEach((tag) => console.log(show(tag)));
  for await (const tag of stream(client, CONVERSATION)) console.log(show(tag));
} catch (error) {
  console.error(`emotag at ${target}: ${error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
