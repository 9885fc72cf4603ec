import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerChallenge, AuthenticationError, deliverChallenge } from "../../mod.ts";

const timeout = 60_000;
const key = new TextEncoder().encode("some key");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Two ends of a line of messages in this process. */
function line() {
  const queues: Uint8Array[][] = [[], []];
  const waiting: ((() => void) | undefined)[] = [undefined, undefined];
  const end = (own: number) => ({
    sendBytes: (message: Uint8Array) => {
      queues[1 - own]!.push(message);
      waiting[1 - own]?.();
      return Promise.resolve();
    },
    recvBytes: async () => {
      if (queues[own]!.length === 0) await new Promise<void>((resolve) => waiting[own] = resolve);
      return queues[own]!.shift()!;
    },
  });
  return [end(0), end(1)] as const;
}

/** A peer that says the same whatever it is asked. */
const bogus = (...answers: Uint8Array[]) => ({
  sendBytes: () => Promise.resolve(),
  recvBytes: () => Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!),
});

describe("OtherTest", () => {
  test("test_deliver_challenge_auth_failure: a bogus answer is refused", { timeout }, async () => {
    await assert.rejects(deliverChallenge(bogus(bytes("something bogus")), key), AuthenticationError);
  });

  test("test_answer_challenge_auth_failure: a bogus challenge or verdict is refused", { timeout }, async () => {
    await assert.rejects(answerChallenge(bogus(bytes("something bogus")), key), AuthenticationError);
    const challenge = bytes(`#CHALLENGE#{sha256}${"r".repeat(40)}`);
    await assert.rejects(answerChallenge(bogus(challenge, bytes("something bogus")), key), AuthenticationError);
  });
});

describe("ChallengeResponseTest", () => {
  for (const [name, secret] of [["a key", key], ["an empty key", new Uint8Array()], ["a text", "ключ"]] as const) {
    test(`sha256: ${name} proves itself`, { timeout }, async () => {
      const [listener, client] = line();
      await Promise.all([deliverChallenge(listener, secret), answerChallenge(client, secret)]);
    });
  }

  test("Another key does not", { timeout }, async () => {
    const [listener, client] = line();
    await Promise.all([
      assert.rejects(deliverChallenge(listener, key), AuthenticationError),
      assert.rejects(answerChallenge(client, "some other key"), AuthenticationError),
    ]);
  });

  test("The answer is the one of CPython: HMAC over the digest's name and the random bytes", { timeout }, async () => {
    const said: Uint8Array[] = [];
    const answers = [bytes(`#CHALLENGE#{sha256}${"r".repeat(40)}`), bytes("#WELCOME#")];
    await answerChallenge({
      sendBytes: (message) => Promise.resolve(void said.push(message)),
      recvBytes: () => Promise.resolve(answers.shift()!),
    }, key);
    const expected = "0f40349e37f66f940a026e7b77d863412ee6426511ee040595263df25144de62";
    assert.equal(new TextDecoder().decode(said[0]!.subarray(0, 8)), "{sha256}");
    assert.equal(said[0]!.subarray(8).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), ""), expected);
  });

  test("MD5, the older form and short challenges are refused, not weakened", { timeout }, async () => {
    for (const message of ["r".repeat(20), `{md5}${"r".repeat(40)}`, `{sha256}${"r".repeat(19)}`, "{sha256}"]) {
      await assert.rejects(answerChallenge(bogus(bytes(`#CHALLENGE#${message}`)), key), AuthenticationError, message);
    }
  });

  test("What is no key is refused", { timeout }, async () => {
    await assert.rejects(deliverChallenge(bogus(), 7 as unknown as string), TypeError);
  });
});
