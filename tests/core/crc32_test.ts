import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "../../src/core/crc32.ts";

const encoder = new TextEncoder();

test("crc32 agrees with the check value of its standard", { timeout: 10_000 }, () => {
  assert.equal(crc32(encoder.encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
});

test("crc32 goes on from the checksum of what is before", { timeout: 10_000 }, () => {
  assert.equal(crc32(encoder.encode("6789"), crc32(encoder.encode("12345"))), 0xcbf43926);
});
