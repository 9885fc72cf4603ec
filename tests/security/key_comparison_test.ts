import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { answerChallenge, AuthenticationError, Client, deliverChallenge, Listener } from "../../mod.ts";

const timeout = 60_000;
const authkey = "a key that the others have not";
const DIGEST = "{sha256}";
const DIGEST_BYTES = 32;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (of: string): Uint8Array => new TextEncoder().encode(of);

/** What the holder of the key answers to a challenge. */
async function honestAnswer(challenge: Uint8Array): Promise<Uint8Array> {
  let answer: Uint8Array | undefined;
  const heard = [challenge, bytes("#WELCOME#")];
  await answerChallenge({
    sendBytes: (message) => Promise.resolve(void (answer = message)),
    recvBytes: () => Promise.resolve(heard.shift()!),
  }, authkey);
  return answer!;
}

/** Challenges a side that has the key, which `change` makes another answer of; the verdict, and whether that was an error. */
async function judged(change: (answer: Uint8Array) => Uint8Array): Promise<[verdict: string, isRefused: boolean]> {
  const said: Uint8Array[] = [];
  const delivery = deliverChallenge({
    sendBytes: (message) => Promise.resolve(void said.push(message)),
    recvBytes: async () => change(await honestAnswer(said[0]!)),
  }, authkey);
  const isRefused = await delivery.then(() => false, (error) => {
    assert.ok(error instanceof AuthenticationError, String(error));
    return true;
  });
  return [text(said[1]!), isRefused];
}

const accepted = ["#WELCOME#", false];
const refused = ["#FAILURE#", true];

function changed(answer: Uint8Array, at: number, by: number): Uint8Array {
  const other = answer.slice();
  other[at]! ^= by;
  return other;
}

/** Answers with another digest of the same key, of another length, or of another form. */
const wrong: [what: string, change: (answer: Uint8Array) => Uint8Array][] = [
  ...Array.from({ length: DIGEST_BYTES }).flatMap((_, at): typeof wrong => [
    [`bit 0 of byte ${at}`, (answer) => changed(answer, DIGEST.length + at, 1)],
    [`bit 7 of byte ${at}`, (answer) => changed(answer, DIGEST.length + at, 128)],
  ]),
  ...Array.from({ length: DIGEST_BYTES }).map((_, length): typeof wrong[number] => [
    `the first ${length} bytes`,
    (answer) => answer.subarray(0, DIGEST.length + length),
  ]),
  ["a byte more", (answer) => Uint8Array.of(...answer, 0)],
  ["twice", (answer) => Uint8Array.of(...answer, ...answer.subarray(DIGEST.length))],
  ["zeros", () => Uint8Array.of(...bytes(DIGEST), ...new Uint8Array(DIGEST_BYTES))],
  ["nothing", () => new Uint8Array(0)],
  ["without the digest's name", (answer) => answer.subarray(DIGEST.length)],
  ["another name", (answer) => Uint8Array.of(...bytes("{sha384}"), ...answer.subarray(DIGEST.length))],
];

/** Runs `use` while `verify` is what `crypto.subtle` compares by. */
async function comparingBy(verify: SubtleCrypto["verify"], use: () => Promise<void>): Promise<void> {
  Object.defineProperty(crypto.subtle, "verify", { value: verify, configurable: true });
  try {
    await use();
  } finally {
    delete (crypto.subtle as unknown as { verify?: unknown }).verify;
  }
}

describe("The digest of whoever is to prove the key", () => {
  test(
    "is accepted where it is right, and refused with any bit of it changed, shorter or longer",
    { timeout },
    async () => {
      assert.deepEqual(await judged((answer) => answer), accepted);
      for (const [what, change] of wrong) assert.deepEqual(await judged(change), refused, what);
      assert.deepEqual(await judged((answer) => answer), accepted);
    },
  );

  test("is compared whole by crypto.subtle.verify, whose word alone counts", { timeout }, async () => {
    const real = crypto.subtle.verify;
    const lengths: number[] = [];
    const spy: SubtleCrypto["verify"] = (algorithm, key, signature, data) => {
      assert.deepEqual([algorithm, key.algorithm.name, key.extractable], ["HMAC", "HMAC", false]);
      lengths.push(signature.byteLength);
      return real.call(crypto.subtle, algorithm, key, signature, data);
    };
    await comparingBy(spy, async () => {
      assert.deepEqual(await judged((answer) => answer), accepted);
      for (const [what, change] of wrong.slice(0, -3)) assert.deepEqual(await judged(change), refused, what);
    });
    const cut = Array.from({ length: DIGEST_BYTES }, (_, length) => length);
    assert.deepEqual(lengths, [...new Array<number>(1 + 2 * DIGEST_BYTES).fill(DIGEST_BYTES), ...cut, 33, 64, 32]);
    await comparingBy(() => Promise.resolve(false), async () => {
      assert.deepEqual(await judged((answer) => answer), refused);
    });
    await comparingBy(() => Promise.resolve(true), async () => {
      assert.deepEqual(await judged((answer) => changed(answer, DIGEST.length, 1)), accepted);
    });
  });

  test("counts at a listener as it does by itself, and the next client is let in", { timeout }, async () => {
    const listener = await new Listener("127.0.0.1:0", { authkey }).ready();
    const { port } = listener.address as { port: number };
    for (const change of [wrong[0]!, wrong.at(-1)!, wrong.at(-3)!].map(([, change]) => change)) {
      const accepting = assert.rejects(listener.accept(), AuthenticationError);
      const socket = connect(port, "127.0.0.1");
      const verdict = await answered(socket, change);
      assert.equal(verdict, "#FAILURE#");
      await accepting;
      socket.destroy();
    }
    const [accepting, client] = await Promise.all([listener.accept(), Client(listener.address, { authkey })]);
    for (const end of [accepting, client]) end.close();
    await listener.close();
  });
});

/** Answers a listener's challenge over a bare socket, and gives its verdict. */
async function answered(
  socket: ReturnType<typeof connect>,
  change: (answer: Uint8Array) => Uint8Array,
): Promise<string> {
  socket.on("error", () => {});
  let pending = new Uint8Array(0);
  const messages: Uint8Array[] = [];
  for await (const chunk of socket) {
    pending = Uint8Array.of(...pending, ...chunk as Uint8Array);
    while (pending.length >= 4) {
      const length = new DataView(pending.buffer).getUint32(0);
      if (pending.length < 4 + length) break;
      messages.push(pending.slice(4, 4 + length));
      pending = pending.slice(4 + length);
      if (messages.length === 2) return text(messages[1]!);
      const answer = change(await honestAnswer(messages[0]!));
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, answer.length);
      socket.write(Uint8Array.of(...head, ...answer));
    }
  }
  return "nothing";
}
