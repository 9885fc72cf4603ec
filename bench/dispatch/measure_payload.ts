import { median } from "../frame/statistics.ts";
import { rate } from "./lanes.ts";
import { print } from "./print.ts";

type Payload = Uint8Array | ArrayBuffer | string;

/** A pool under test whose workers give back what they got. */
export interface EchoContestant {
  echo<T extends Payload>(value: T): Promise<T>;
  stop(): Promise<unknown> | unknown;
}

const LENGTH = 1 << 20;
const LETTER = 0x61;
const WARM_UP_TASKS = 8;
const MOST_TASKS = 60;
const IN_FLIGHT = 8;
const PASSES = 3;
/** What a pass may take: who needs a fifth of a second for a MiB gets fewer. */
const PASS_SECONDS = 1;

/** Measures 1 MiB there and back, as bytes and as text, in round trips a second: as many MiB a second each way. */
export async function measurePayload({ echo, stop }: EchoContestant): Promise<void> {
  const bytes = new Uint8Array(LENGTH).fill(LETTER);
  print({ arrays: await middle(() => checked(echo, bytes)) });
  print({ buffers: await middle(() => checked(echo, bytes.buffer)) });
  const text = new TextDecoder().decode(bytes);
  print({ strings: await middle(() => checked(echo, text)) });
  await stop();
}

async function checked(echo: EchoContestant["echo"], value: Payload): Promise<void> {
  const back = await echo(value);
  if (back === value && typeof value !== "string") throw new Error("Wrong answer: the very same bytes came back");
  const last = typeof back === "string" ? back.charCodeAt(LENGTH - 1) : new Uint8Array(back)[LENGTH - 1];
  if (last !== LETTER) throw new Error(`Wrong answer: it ends in ${last}, not in ${LETTER}`);
}

async function middle(call: () => Promise<void>): Promise<number> {
  const first = await rate(WARM_UP_TASKS, IN_FLIGHT, call);
  const tasks = Math.max(WARM_UP_TASKS, Math.min(MOST_TASKS, Math.floor(first * PASS_SECONDS)));
  const rates: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) rates.push(await rate(tasks, IN_FLIGHT, call));
  return median(rates);
}
