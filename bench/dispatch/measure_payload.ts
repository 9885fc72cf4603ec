import { median } from "../frame/statistics.ts";
import { print } from "./print.ts";

type Payload = Uint8Array | ArrayBuffer | string;

/** A pool under test whose workers give back what they got. */
export interface EchoContestant {
  echo<T extends Payload>(value: T): Promise<T>;
  stop(): Promise<unknown> | unknown;
}

const LENGTH = 1 << 20;
const LETTER = 0x61;
const IN_FLIGHT = 8;
const PASSES = 3;
/** Warm-up and passes by time: who needs a fifth of a second for a MiB does fewer. */
const MILLISECONDS = { warmUp: 1000, pass: 200 };

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
  const last = lastByte(back);
  if (last !== LETTER) throw new Error(`Wrong answer: it ends in ${last}, not in ${LETTER}`);
}

function lastByte(value: Payload): number | undefined {
  if (typeof value === "string") return value.charCodeAt(LENGTH - 1);
  return (value instanceof ArrayBuffer ? new Uint8Array(value) : value)[LENGTH - 1];
}

async function middle(call: () => Promise<void>): Promise<number> {
  await rateFor(MILLISECONDS.warmUp, call);
  const rates: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) rates.push(await rateFor(MILLISECONDS.pass, call));
  return median(rates);
}

/** Calls a second, so many in flight, begun within so many milliseconds. */
async function rateFor(milliseconds: number, call: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  let calls = 0;
  const lane = async (): Promise<void> => {
    do {
      calls++;
      await call();
    } while (performance.now() - begun < milliseconds);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return calls / ((performance.now() - begun) / 1000);
}
