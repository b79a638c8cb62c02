// Plays 200 episodes at once while others misbehave, and measures. Written from the description of the protocol alone.
import { readFileSync } from "node:fs";
import http from "node:http";
import WebSocket from "ws";

const [address, pid] = process.argv.slice(2);
const players = 200;
const lines = [
  "I've stayed late three times this month, and I feel torn between the desk and my father.",
  "I'd like to have the Tuesday afternoons off for the next ten weeks.",
  "If we agree on it now, you can plan the rota weeks ahead.",
  "I understand that you are short of people. What would make it possible for you?",
  "I could make up the hours on Monday evenings.",
];

class Client {
  constructor() {
    this.answers = [];
    this.waiting = [];
    this.closed = new Promise((resolve) => {
      this.socket = new WebSocket(`ws://${address}/ws`, { perMessageDeflate: false });
      this.socket.on("close", (code, reason) => {
        for (const { reject } of this.waiting) reject(new Error(`closed with ${code} ${reason}`));
        this.waiting = [];
        resolve({ code, reason: String(reason) });
      });
    });
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      const message = JSON.parse(data);
      const next = this.waiting.shift();
      if (next) next.resolve(message);
      else this.answers.push(message);
    });
    this.open = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
  }
  receive() {
    if (this.answers.length) return Promise.resolve(this.answers.shift());
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }
  ask(message) {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    return this.receive();
  }
}

const check = (fact, what, ...seen) => {
  if (!fact) throw new Error(`${what}: ${seen.map((s) => JSON.stringify(s)).join(" ")}`);
};
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

const latencies = [];
async function player(seed) {
  const client = new Client();
  await client.open;
  let answer = await client.ask({ type: "reset", data: { seed, episode_id: `player-${seed}` } });
  check(answer.type === "observation" && answer.data.done === false && answer.data.reward === null, "a reset", answer);
  let steps = 0;
  while (!answer.data.done) {
    const begun = performance.now();
    answer = await client.ask({ type: "step", data: { text: `${lines[steps % lines.length]} ${"Really. ".repeat(Math.floor(steps / lines.length))}` } });
    latencies.push(performance.now() - begun);
    check(answer.type === "observation", "a step", answer);
    steps++;
  }
  const { observation, reward } = answer.data;
  check(typeof reward === "number" && reward >= -1 && reward <= 1, "the reward", answer.data);
  check(observation.terminated && !observation.truncated && observation.stop_reason, "the end", observation);
  check(observation.reward_components.length > 0, "named parts of the reward", observation);
  const state = await client.ask({ type: "state" });
  check(state.type === "state" && state.data.episode_id === `player-${seed}` && state.data.step_count === steps, "the state", state);
  client.socket.send(JSON.stringify({ type: "close" }));
  const { code } = await client.closed;
  check(code === 1000, "the close", code);
  return { reward, steps, text: observation.turns.map((t) => t.action.text).join("\n") };
}

// Those who misbehave. Each looks at what it is told.
const faulty = {
  async nonsense() {
    const client = new Client();
    await client.open;
    for (const [frame, code] of [
      ["{", "INVALID_JSON"],
      ["", "UNKNOWN_TYPE"],
      ["[]", "VALIDATION_ERROR"],
      [Buffer.from([0xff, 0xfe, 0x00]), "INVALID_JSON"],
      [{ type: "dance" }, "UNKNOWN_TYPE"],
      [{ type: "step", data: { text: "Hello." } }, "SESSION_ERROR"],
      [{ type: "reset", data: { seed: "seven" } }, "VALIDATION_ERROR"],
      [{ type: "reset", data: { seed: -1 } }, "VALIDATION_ERROR"],
      [{ type: "reset", data: { scenario: "nowhere" } }, "VALIDATION_ERROR"],
      [{ type: "step", data: {} }, "VALIDATION_ERROR"],
      [{ type: "step", data: { text: 7 } }, "VALIDATION_ERROR"],
      [{ type: "step", data: { text: "Hello.", mood: "good" } }, "VALIDATION_ERROR"],
    ]) {
      const answer = await client.ask(frame);
      check(answer.type === "error" && answer.data.code === code && answer.data.message, `nonsense ${JSON.stringify(frame)}`, code, answer);
    }
    for (let i = 0; ; i++) {
      check(i < 1000, "faulty messages without end are borne");
      const answer = await client.ask("{");
      if (answer.data.code === "SESSION_ERROR") break;
    }
    const { code } = await client.closed;
    check(code === 1008, "closed for faulty messages", code);
  },
  async large() {
    const client = new Client();
    await client.open;
    client.socket.send("x".repeat(8 << 20));
    const { code } = await client.closed;
    check([1009, 1006].includes(code), "closed for a frame that is too large", code);
  },
  async early() {
    const client = new Client();
    await client.open;
    await client.ask({ type: "reset", data: { seed: 1 } });
    client.socket.send(JSON.stringify({ type: "step", data: { text: lines[0] } }));
    client.socket.terminate();
    await client.closed;
  },
  async half() {
    // A handshake that is never finished.
    const request = http.request(`http://${address}/ws`, { headers: { Connection: "Upgrade", Upgrade: "websocket" } });
    request.on("error", () => {});
    request.flushHeaders();
    await new Promise((resolve) => request.on("response", (response) => response.resume().on("end", resolve)));
  },
  async flood() {
    const client = new Client();
    await client.open;
    await client.ask({ type: "reset", data: { seed: 2 } });
    for (let i = 0; i < 5000; i++) client.socket.send(JSON.stringify({ type: "state" }));
    for (let i = 0; i < 5000; i++) check((await client.receive()).type === "state", "an answer in a flood");
    client.socket.close();
    await client.closed;
  },
  async deaf() {
    // Sends and never reads.
    const client = new Client();
    await client.open;
    client.socket.pause();
    for (let i = 0; i < 20000; i++) client.socket.send(JSON.stringify({ type: "dance" }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.socket.terminate();
  },
};

async function idle() {
  const client = new Client();
  await client.open;
  await client.ask({ type: "reset", data: { seed: 3 } });
  const answer = await client.receive();
  check(answer.type === "error" && answer.data.code === "SESSION_ERROR" && /nothing came/.test(answer.data.message), "what an idle client is told", answer);
  const { code } = await client.closed;
  check(code === 1008, "closed for being idle", code);
}

async function crowd() {
  // More than there is room for: the rest are told so, and can come back.
  const clients = await Promise.all(
    Array.from({ length: 215 }, async () => {
      const client = new Client();
      await client.open;
      return client;
    }),
  );
  const answers = await Promise.all(clients.map((client, i) => client.ask({ type: "reset", data: { seed: i } })));
  const refused = answers.filter((a) => a.type === "error");
  check(refused.length >= 5 && refused.every((a) => a.data.code === "CAPACITY_REACHED"), "those there is no room for", refused.length, refused[0]);
  for (const client of clients) client.socket.send(JSON.stringify({ type: "close" }));
  await Promise.all(clients.map((client) => client.closed));
}

const before = memory();
const silent = idle();
const alone = await player(11);
latencies.length = 0;
const begun = performance.now();
const misbehaving = Object.entries(faulty).flatMap(([name, act]) => Array.from({ length: name === "early" ? 5 : 1 }, () => act()));
const [results] = await Promise.all([Promise.all(Array.from({ length: players }, (_, i) => player(i))), ...misbehaving]);
const seconds = (performance.now() - begun) / 1000;
const peak = memory();
check(JSON.stringify(results[11]) === JSON.stringify(alone), "the same seed among others", results[11], alone);
check(new Set(results.map((r) => r.text)).size > 1, "200 seeds of one luck");
latencies.sort((a, b) => a - b);
const steps = latencies.length;
console.log(
  `${players} episodes at once, ${steps} steps in ${seconds.toFixed(1)} s: ${(steps / seconds).toFixed(0)} steps/s, ` +
    `latency median ${quantile(latencies, 0.5).toFixed(0)} ms, p99 ${quantile(latencies, 0.99).toFixed(0)} ms; ` +
    `memory ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB after`,
);
await crowd();
await silent;
const last = await player(11);
check(JSON.stringify(last) === JSON.stringify(alone), "the same seed after all that", last, alone);
console.log("nonsense, frames too large, early leavers, a flood, a deaf, an idle and a crowd of clients: nobody else was harmed");
process.exit(0); // Sockets of those who were cut off would be waited for.
