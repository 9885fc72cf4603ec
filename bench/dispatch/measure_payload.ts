import { median } from "../frame/statistics.ts";
import { rate } from "./lanes.ts";
import { print } from "./print.ts";

/** A pool under test whose workers give back what they got. */
export interface EchoContestant {
  echo<T extends Uint8Array | string>(value: T): Promise<T>;
  stop(): Promise<unknown> | unknown;
}

const LENGTH = 1 << 20;
const TASKS = 60;
const IN_FLIGHT = 8;
const PASSES = 3;

/** Measures 1 MiB there and back, as bytes and as Latin text, in round trips a second: as many MiB a second each way. */
export async function measurePayload({ echo, stop }: EchoContestant): Promise<void> {
  const bytes = new Uint8Array(LENGTH).fill(7);
  print({ buffers: await middle(() => checked(echo, bytes)) });
  const text = new TextDecoder().decode(bytes.fill(0x61));
  print({ strings: await middle(() => checked(echo, text)) });
  await stop();
}

async function checked(echo: EchoContestant["echo"], value: Uint8Array | string): Promise<void> {
  const back = await echo(value);
  if (back === value && typeof value !== "string") throw new Error("Wrong answer: the very same buffer came back");
  if (back.length !== LENGTH || back.at(-1) !== value.at(-1)) {
    throw new Error(`Wrong answer: ${back.length} came back, not ${LENGTH}`);
  }
}

async function middle(call: () => Promise<void>): Promise<number> {
  await rate(TASKS, IN_FLIGHT, call);
  const rates: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) rates.push(await rate(TASKS, IN_FLIGHT, call));
  return median(rates);
}
