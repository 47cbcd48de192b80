// An agent by the JavaScript SDK. It has the agent at EMOTIONS tell what it was told expresses, by BINDING, after it has
// verified that agent's card by the public key in KEY, and answers by that with a task. Usage: node coder.js EMOTIONS BINDING KEY
import { createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { A2A_PROTOCOL_VERSION, AGENT_CARD_PATH, Role, TaskState, verifyAgentCardSignature } from '@a2a-js/sdk';
import { ClientFactory, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import express from 'express';

globalThis.console = new console.Console(process.stderr); // the SDK logs, and standard output is ours
const [emotions, binding, keyFile] = process.argv.slice(2);
const ANSWERS = { joy: 'I am so happy to hear that!', anger: 'I am so sorry, this is terrible.', neutral: 'Done.' };
const TRANSPORTS = { JSONRPC: JsonRpcTransportFactory, 'HTTP+JSON': RestTransportFactory };

const text = (value) => ({ content: { $case: 'text', value }, metadata: undefined, filename: '', mediaType: 'text/plain' });
const message = (role, value, names = {}) => ({
  messageId: randomUUID(), role, parts: [text(value)], taskId: '', contextId: '', extensions: [], metadata: {},
  referenceTaskIds: [], ...names,
});

const card = await (await fetch(`${emotions}/${AGENT_CARD_PATH}`)).json();
const verify = verifyAgentCardSignature(async () => createPublicKey(readFileSync(keyFile)));
await verify(card);
const forged = await verify({ ...card, name: 'another' }).then(() => true, () => false);
if (forged) throw new Error('a changed card was taken for a signed one');

const client = await new ClientFactory({ transports: [new TRANSPORTS[binding]()] }).createFromUrl(emotions);

async function emotionOf(said) {
  const request = { tenant: '', message: message(Role.ROLE_USER, said), configuration: undefined, metadata: {} };
  const found = [];
  for await (const event of client.sendMessageStream(request)) found.push(event);
  const { payload } = found[0];
  if (payload.$case !== 'message') throw new Error(`one message was to come, not ${payload.$case}`);
  return payload.value.parts[1].content.value;
}

class Coder {
  async execute({ userMessage, taskId, contextId }, bus) {
    const [{ content }] = userMessage.parts;
    const emotion = await emotionOf(content.value);
    process.stdout.write(`${JSON.stringify({ heard: userMessage.metadata, extensions: userMessage.extensions, emotion })}\n`);
    const status = (state, said) => ({
      state, timestamp: new Date().toISOString(),
      message: said && message(Role.ROLE_AGENT, said, { taskId, contextId }),
    });
    bus.publish(AgentEvent.task({
      id: taskId, contextId, status: status(TaskState.TASK_STATE_SUBMITTED), artifacts: [], history: [userMessage], metadata: {},
    }));
    bus.publish(AgentEvent.statusUpdate({ taskId, contextId, metadata: {}, status: status(TaskState.TASK_STATE_WORKING, 'I am on it.') }));
    bus.publish(AgentEvent.artifactUpdate({
      taskId, contextId, lastChunk: true, append: false, metadata: {},
      artifact: { artifactId: 'answer', name: 'answer', description: '', parts: [text(ANSWERS[emotion.category])], metadata: {}, extensions: [] },
    }));
    bus.publish(AgentEvent.statusUpdate({ taskId, contextId, metadata: {}, status: status(TaskState.TASK_STATE_COMPLETED) }));
    bus.finished();
  }

  async cancelTask() {}
}

const app = express();
const listening = app.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${listening.address().port}`;
  const own = {
    name: 'coder', description: 'Answers.', version: '1.0.0', documentationUrl: '', signatures: [],
    supportedInterfaces: [{ url: `${url}/`, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: A2A_PROTOCOL_VERSION }],
    provider: undefined, securitySchemes: {}, securityRequirements: [],
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [],
  };
  const requestHandler = new DefaultRequestHandler(own, new InMemoryTaskStore(), new Coder());
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  app.use(jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  process.stdout.write(`${url}\n`);
});
