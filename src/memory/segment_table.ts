import { allocate, allocateZeroed, exclusively, free, heapOwner } from "./allocator.ts";
import { SEGMENT_TABLE } from "./heap_layout.ts";
import { installBlock } from "./install_block.ts";
import { CONTROL_OFFSET, heapBytes, typedView } from "./linear_memory.ts";
import { isOwnerGone } from "./owner_deaths.ts";

/**
 * The segments of the shared memory that have a name. The table lies in the memory itself, so every thread that has the
 * memory finds them.
 *
 * ```text
 * table     [segments made] [names given] [first unlinked segment] [0] [first segment of a bucket] × 64
 * segment   [next] [hash] [number] [bytes] [bytes of the name] [first holder] [0] [0] name … | data, aligned
 * holder    [next] [owner]
 * ```
 *
 * A segment has a holder for each handle that is open. Once its name is unlinked it is in the list of unlinked ones instead
 * of a bucket, and it is freed with its last holder. Holders whose thread has ended do not count.
 *
 * All lists are changed by one store each, so what a thread leaves that dies in between can be gone on with.
 * @module
 */

const SEGMENTS_MADE = 0;
const NAMES_GIVEN = 1;
const UNLINKED = 2;
const BUCKETS = 4;
const BUCKET_COUNT = 64;

const NEXT = 0;
const HASH = 1;
const NUMBER = 2;
const BYTES = 3;
const NAME_BYTES = 4;
const HOLDERS = 5;
const HEADER_BYTES = 32;

const OWNER = 1;
const HOLDER_BYTES = 8;

const ALIGNMENT = 64;

/** One open handle of a segment. */
export interface Segment {
  /** Offset of its data in the memory, in bytes. */
  readonly byteOffset: number;
  /** Bytes of its data. */
  readonly size: number;
  readonly place: number;
  readonly number: number;
  readonly holder: number;
}

/** A name that no segment had, unless a caller chose the same. */
export function nextSegmentName(): string {
  const table = segmentTable();
  return `segment_${exclusively((words) => ++words[(table >>> 2) + NAMES_GIVEN]!)}`;
}

/** Makes and holds a segment of `size` zeros, undefined if the name is in use. */
export function createSegment(name: string, size: number): Segment | undefined {
  const table = segmentTable();
  const key = keyOf(name);
  freeUnheld(table);
  // A look before so much is allocated; the second one counts.
  if (exclusively((words) => find(words, table, key) !== 0)) return undefined;
  const start = dataStart(key.bytes.length);
  const place = allocateZeroed(start + size, ALIGNMENT);
  const holder = allocate(HOLDER_BYTES);
  heapBytes(place + start).set(key.bytes, place + HEADER_BYTES);
  const number = exclusively((words) => {
    if (find(words, table, key) !== 0) return undefined;
    const number = ++words[(table >>> 2) + SEGMENTS_MADE]!;
    const bucket = bucketOf(table, key);
    words.set([words[bucket]!, key.hash, number, size, key.bytes.length, 0], place >>> 2);
    hold(words, place, holder);
    words[bucket] = place;
    return number;
  });
  if (number !== undefined) return { byteOffset: place + start, size, place, number, holder };
  free(place);
  free(holder);
  return undefined;
}

/** Holds the segment of that name, undefined if there is none. */
export function openSegment(name: string): Segment | undefined {
  const table = segmentTable();
  const key = keyOf(name);
  const holder = allocate(HOLDER_BYTES);
  const segment = exclusively((words) => {
    const link = find(words, table, key);
    if (link === 0) return undefined;
    const place = words[link]!;
    hold(words, place, holder);
    const { [NUMBER]: number, [BYTES]: size } = words.subarray(place >>> 2);
    return { byteOffset: place + dataStart(key.bytes.length), size: size!, place, number: number!, holder };
  });
  if (segment === undefined) free(holder);
  return segment;
}

/** Ends a handle. Call it once for each. */
export function closeSegment({ place, holder }: Segment): void {
  exclusively((words) => {
    let link = (place >>> 2) + HOLDERS;
    while (words[link] !== holder) link = (words[link]! >>> 2) + NEXT;
    words[link] = words[(holder >>> 2) + NEXT]!;
  });
  free(holder);
  freeUnheld(segmentTable());
}

/** Takes the name from a segment that was once held here; false if it has that name no more. */
export function unlinkSegment(name: string, { place, number }: Segment): boolean {
  const table = segmentTable();
  const key = keyOf(name);
  const isDone = exclusively((words) => {
    const link = find(words, table, key);
    if (link === 0 || words[link] !== place || words[(place >>> 2) + NUMBER] !== number) return false;
    words[link] = words[(place >>> 2) + NEXT]!;
    words[(place >>> 2) + NEXT] = words[(table >>> 2) + UNLINKED]!;
    words[(table >>> 2) + UNLINKED] = place;
    return true;
  });
  freeUnheld(table);
  return isDone;
}

/** Frees the unlinked segments that nobody holds, and what threads held that have ended. */
function freeUnheld(table: number): void {
  const garbage = exclusively((words) => {
    const unheld: number[] = [];
    let link = (table >>> 2) + UNLINKED;
    while (words[link] !== 0) {
      const place = words[link]!;
      unheld.push(...dropDeadHolders(words, (place >>> 2) + HOLDERS));
      if (words[(place >>> 2) + HOLDERS] !== 0) {
        link = (place >>> 2) + NEXT;
        continue;
      }
      words[link] = words[(place >>> 2) + NEXT]!;
      unheld.push(place);
    }
    return unheld;
  });
  garbage.forEach(free);
}

function dropDeadHolders(words: Uint32Array, first: number): number[] {
  const dead: number[] = [];
  let link = first;
  while (words[link] !== 0) {
    const holder = words[link]!;
    const next = (holder >>> 2) + NEXT;
    if (isOwnerGone(words[(holder >>> 2) + OWNER]!)) {
      words[link] = words[next]!;
      dead.push(holder);
    } else {
      link = next;
    }
  }
  return dead;
}

function hold(words: Uint32Array, place: number, holder: number): void {
  words.set([words[(place >>> 2) + HOLDERS]!, heapOwner()], holder >>> 2);
  words[(place >>> 2) + HOLDERS] = holder;
}

interface Key {
  readonly bytes: Uint8Array;
  readonly hash: number;
}

function keyOf(name: string): Key {
  const bytes = new TextEncoder().encode(name);
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return { bytes, hash: hash >>> 0 };
}

function bucketOf(table: number, { hash }: Key): number {
  return (table >>> 2) + BUCKETS + hash % BUCKET_COUNT;
}

/** Index of the word that leads to the segment of that name, 0 if there is none. */
function find(words: Uint32Array, table: number, key: Key): number {
  const bytes = new Uint8Array(words.buffer);
  let link = bucketOf(table, key);
  for (let place = words[link]!; place !== 0; place = words[link]!) {
    if (words[(place >>> 2) + HASH] === key.hash && words[(place >>> 2) + NAME_BYTES] === key.bytes.length) {
      const start = place + HEADER_BYTES;
      if (key.bytes.every((byte, index) => bytes[start + index] === byte)) return link;
    }
    link = (place >>> 2) + NEXT;
  }
  return 0;
}

function dataStart(nameBytes: number): number {
  return Math.ceil((HEADER_BYTES + nameBytes) / ALIGNMENT) * ALIGNMENT;
}

function segmentTable(): number {
  const root = typedView(Uint32Array, CONTROL_OFFSET + SEGMENT_TABLE * 4, 1);
  return installBlock(root, 0, (BUCKETS + BUCKET_COUNT) * 4, ALIGNMENT);
}
