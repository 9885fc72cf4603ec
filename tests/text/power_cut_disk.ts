import * as fs from "node:fs";
import * as path from "node:path";
import { type Disk, disk } from "../../src/runtime/disk.ts";

/** Thrown by everything after the power is gone. */
export class PowerCut extends Error {}

/** A number from 0 up to `limit`, without it. */
export type Random = (limit: number) => number;

interface FileState {
  /** What survives for sure. */
  durable: Uint8Array | undefined;
}

type Names = ReadonlyMap<string, string>;

/** Bytes that reach a disk together. */
const SECTOR = 64;

/**
 * The real disk below one folder, whose power can be cut: what was not synced is then lost in part, sector by sector, and
 * names go back to how they were at some time since their folder was synced. Files are known by what here takes the
 * place of their inodes, which outlives the cut.
 */
export class PowerCutDisk implements Disk {
  readonly root: string;
  /** A folder of links by inode, so that none is given to another file, and content outlives its names. */
  readonly #pins: string;
  readonly #random: Random;
  /** Steps until the power is cut. */
  #left: number;
  #isCut = false;
  #files: Map<string, FileState> = new Map();
  /** Of each folder, its names at the times since it was synced, the oldest first; inodes of the real disk. */
  #history: Map<string, Names[]> = new Map();
  /** Names that files keep, by their inodes in the real disk. */
  #inodes: Map<string, string> = new Map();
  #content: Map<string, Uint8Array> = new Map();
  #created = 0;

  constructor(root: string, random: Random, steps: number) {
    this.root = root;
    this.#pins = `${root}.pins`;
    this.#random = random;
    this.#left = steps;
    this.#settle();
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** One step of the run, after which the power may be gone. */
  step(): void {
    if (this.#isCut) throw new PowerCut();
    this.#look();
    if (--this.#left > 0) return;
    this.#isCut = true;
    for (const inode of fs.readdirSync(this.#pins)) {
      this.#content.set(inode, fs.readFileSync(path.join(this.#pins, inode)));
    }
    throw new PowerCut();
  }

  /** The content of a file was synced by other means. */
  synced(file: string): void {
    if (!this.#isCut && fs.existsSync(file)) this.#fileOf(this.#realInode(file)).durable = fs.readFileSync(file);
  }

  /** Puts what survived the cut in place of what is there, and gives power for some more steps. */
  restore(steps: number): void {
    const survivors: { name: string; inode: string; bytes: Uint8Array }[] = [];
    for (const history of this.#history.values()) {
      for (const [name, inode] of history[this.#random(history.length)]!) {
        survivors.push({ name, inode, bytes: this.#survivor(inode) });
      }
    }
    const kept = new Map<string, string>();
    for (const name of fs.readdirSync(this.root)) fs.rmSync(path.join(this.root, name), { recursive: true });
    for (const { name, inode, bytes } of survivors) {
      fs.mkdirSync(path.dirname(name), { recursive: true });
      fs.writeFileSync(name, bytes);
      kept.set(this.#realInode(name), this.#inodes.get(inode) ?? inode);
    }
    this.#inodes = kept;
    this.#isCut = false;
    this.#left = steps;
    this.#settle();
  }

  read(file: string, position: number, length: number): Uint8Array | undefined {
    this.step();
    return disk.read(file, position, length);
  }

  write(file: string, bytes: Uint8Array, position: number): void {
    this.step();
    disk.write(file, bytes, position);
    this.#look();
  }

  setLength(file: string, length: number): void {
    this.step();
    disk.setLength(file, length);
  }

  status(file: string): { size: number; inode: string } | undefined {
    this.step();
    const found = disk.status(file);
    return found && { ...found, inode: this.#inodeOf(found.inode) };
  }

  sync(file: string): Promise<void> {
    return this.#promised(() => {
      const inode = this.#realInode(file);
      const bytes = fs.readFileSync(file);
      return () => this.#fileOf(inode).durable = bytes;
    });
  }

  syncFolder(folder: string): Promise<void> {
    return this.#promised(() => {
      this.#look();
      const names = this.#current().get(folder) ?? new Map();
      const seen = this.#history.get(folder)?.length ?? 0;
      return () => {
        const later = this.#history.get(folder)?.slice(seen) ?? [];
        this.#history.set(folder, [names, ...later]);
      };
    });
  }

  rename(from: string, to: string): void {
    this.step();
    disk.rename(from, to);
    this.#look();
  }

  remove(file: string): void {
    this.step();
    disk.remove(file);
    this.#look();
  }

  /** What is there when a sync is asked for is safe when it has answered, some time later. */
  async #promised(start: () => () => void): Promise<void> {
    this.step();
    const finish = start();
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.step();
    finish();
  }

  #fileOf(inode: string): FileState {
    let file = this.#files.get(inode);
    if (file === undefined) this.#files.set(inode, file = { durable: undefined });
    return file;
  }

  #realInode(file: string): string {
    return disk.status(file)!.inode;
  }

  #inodeOf(real: string): string {
    let inode = this.#inodes.get(real);
    if (inode === undefined) this.#inodes.set(real, inode = `new-${++this.#created}`);
    return inode;
  }

  /** The files in each folder; locks are the system's own matter. */
  #current(): Map<string, Map<string, string>> {
    const folders = new Map<string, Map<string, string>>();
    const look = (folder: string): void => {
      const names = new Map<string, string>();
      folders.set(folder, names);
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const name = path.join(folder, entry.name);
        if (entry.isDirectory()) look(name);
        else if (!name.endsWith(".lock")) names.set(name, this.#realInode(name));
      }
    };
    look(this.root);
    return folders;
  }

  /** Takes note of the names as they are now. */
  #look(): void {
    for (const [folder, names] of this.#current()) {
      for (const [name, inode] of names) this.#pin(name, inode);
      const history = this.#history.get(folder) ?? [new Map()];
      this.#history.set(folder, history);
      const last = history.at(-1)!;
      const isSame = last.size === names.size && [...names].every(([name, inode]) => last.get(name) === inode);
      if (!isSame) history.push(names);
    }
  }

  #pin(name: string, inode: string): void {
    const pin = path.join(this.#pins, inode);
    if (!fs.existsSync(pin)) fs.linkSync(name, pin);
  }

  /** All that is there is durable. */
  #settle(): void {
    fs.rmSync(this.#pins, { recursive: true, force: true });
    fs.mkdirSync(this.#pins);
    this.#files = new Map();
    this.#history = new Map();
    this.#content = new Map();
    for (const [folder, names] of this.#current()) {
      this.#history.set(folder, [names]);
      for (const [name, inode] of names) {
        this.#pin(name, inode);
        this.#fileOf(inode).durable = fs.readFileSync(name);
      }
    }
  }

  #survivor(inode: string): Uint8Array {
    const durable = this.#files.get(inode)?.durable ?? new Uint8Array(0);
    const written = this.#content.get(inode) ?? durable;
    const [short, long] = [durable.length, written.length].sort((a, b) => a - b) as [number, number];
    const bytes = new Uint8Array([short, long, short + this.#random(long - short + 1)][this.#random(3)]!);
    for (let from = 0; from < bytes.length; from += SECTOR) {
      const source = this.#random(2) === 0 ? durable : written;
      bytes.set(source.subarray(from, Math.min(from + SECTOR, bytes.length)), from);
    }
    return bytes;
  }
}
