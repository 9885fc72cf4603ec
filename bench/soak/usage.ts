import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { getHeapSpaceStatistics } from "node:v8";
import { SharedArray } from "manyhands";
import { CAPACITY, USED_BLOCKS } from "../../src/memory/heap_layout.ts";
import { CONTROL_OFFSET } from "../../src/memory/linear_memory.ts";
import { allocatedKib } from "./allocated.ts";

/** What this process holds: of the machine, as Linux counts, and within. */
export interface Usage {
  readonly residentKib: number;
  /** Objects of the main thread. */
  readonly heapKib: number;
  /** What of them is code that V8 has compiled of functions that run often; 0 on Bun. */
  readonly codeKib: number;
  /** Resident memory that is no file's and not shared. */
  readonly anonymousKib: number;
  /** What of that its allocator has given out: what it keeps for reuse, and the objects' pages, are not in it. 0 but on Deno. */
  readonly allocatedKib: number;
  /** Blocks of the shared memory that are in use, and what the heap of them has got. */
  readonly blocks: number;
  readonly sharedKib: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Processes that it has started and that are still there. */
  readonly children: number;
}

// The heap describes itself in the memory that it shares.
const heap = new Uint32Array(new SharedArray("b", 1).view.buffer, CONTROL_OFFSET, 16);

/** Throws where the system has no `/proc`. */
export function usage(): Usage {
  const status = readFileSync("/proc/self/status", "utf8");
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    residentKib: field("VmRSS"),
    heapKib: Math.round(objectBytes() / 1024),
    codeKib: Math.round(codeBytes() / 1024),
    anonymousKib: field("RssAnon"),
    allocatedKib: allocatedKib(),
    blocks: heap[USED_BLOCKS]!,
    sharedKib: Math.round(heap[CAPACITY]! / 1024),
    descriptors: readdirSync("/proc/self/fd").length,
    threads: field("Threads"),
    children: childPids().length,
  };
}

interface HeapStats {
  readonly heapSize: number;
  readonly extraMemorySize: number;
}

const jsc = process.getBuiltinModule?.("bun:jsc") as { heapStats(): HeapStats } | undefined;

/** Bun counts the bytes of the shared memory among its objects, once for each of its lengths that there was. */
function objectBytes(): number {
  if (jsc === undefined) return process.memoryUsage().heapUsed;
  const { heapSize, extraMemorySize } = jsc.heapStats();
  return heapSize - extraMemorySize;
}

function codeBytes(): number {
  if (jsc !== undefined) return 0;
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => /code|trusted/.test(name));
  return spaces.reduce((sum, { space_used_size: used }) => sum + used, 0);
}

/** How many descriptors this process has of each kind. */
export function openFiles(): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const descriptor of readdirSync("/proc/self/fd")) {
    try {
      const kind = readlinkSync(`/proc/self/fd/${descriptor}`).replace(/:\[\d+\]$/, "");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    } catch {
      // It was closed meanwhile, as that of the folder is.
    }
  }
  return kinds;
}

/** The processes that this one has started and that are still there. */
export function childPids(): number[] {
  const children: number[] = [];
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      children.push(
        ...readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
      );
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return children;
}
