/** Finds or installs the pinned tools of the kernels' build. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export const rustVersion = "1.96.0";
const wasmBindgenVersion = "0.2.130";
const wasmPackVersion = "0.15.1";
const debianPackages = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const debianRustc = "/usr/bin/rustc";
const debianCargo = "/usr/bin/cargo";
const debianLinker = "/usr/bin/wasm-ld-19";

/** A Rust compiler that can build std for WASM, and what it needs beside itself. */
export interface Toolchain {
  readonly description: string;
  /** Whether its output is what the committed package is compared with. */
  readonly isPinned: boolean;
  readonly environment: Record<string, string>;
  readonly linker: string;
}

/** Debian's Rust where its packages are or can be installed, else rustup's nightly with its `rust-src`. */
export function toolchain(): Toolchain {
  const found = debianVersion() ?? (installDebianPackages() ? debianVersion() : undefined);
  if (found === rustVersion && existsSync(debianLinker)) {
    // wasm-pack asks for this folder before it starts; std itself is built from its sources.
    const libraries = output(debianRustc, ["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]);
    mkdirSync(libraries, { recursive: true });
    return {
      description: `Rust ${found} of Debian's package rustc-web`,
      isPinned: true,
      environment: { RUSTC: debianRustc, CARGO: debianCargo, RUSTC_BOOTSTRAP: "1" },
      linker: debianLinker,
    };
  }
  const nightly = spawnSync("rustup", ["which", "--toolchain", "nightly", "rustc"], { encoding: "utf8" });
  if (nightly.status === 0) {
    const rustc = nightly.stdout.trim();
    return {
      description: output(rustc, ["--version"]),
      isPinned: false,
      environment: { RUSTC: rustc, CARGO: rustc.replace(/rustc$/, "cargo"), RUSTUP_TOOLCHAIN: "nightly" },
      linker: "rust-lld",
    };
  }
  throw new Error(
    `Cannot build the kernels: found ${
      found === undefined ? "no" : `version ${found} of`
    } Debian's Rust, expected ${rustVersion} ` +
      `(apt-get install ${debianPackages.join(" ")}, as root), or a rustup nightly with the component rust-src`,
  );
}

/** Where the tools are kept, for all checkouts of this user: they take minutes to build. */
export function toolsFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "manyhands/build-tools");
}

/** Installs wasm-bindgen's command and wasm-pack into `folder`, with the toolchain's compiler. */
export function installCargoTools(folder: string, { environment }: Toolchain): void {
  // Crates look for unstable features where the compiler is told to have them; these two are ordinary programs.
  const stable = { ...environment, RUSTC_BOOTSTRAP: "" };
  const tools = [["wasm-bindgen", "wasm-bindgen-cli", wasmBindgenVersion], ["wasm-pack", "wasm-pack", wasmPackVersion]];
  for (const [command, crate, version] of tools) {
    const path = join(folder, "bin", command!);
    if (existsSync(path) && output(path, ["--version"]).endsWith(version!)) continue;
    console.log(`Installing ${crate} ${version}; this takes minutes`);
    const install = ["install", crate!, "--version", version!, "--root", folder];
    // The lock file that the crate carries may name versions that a mirror of the registry does not have yet.
    if (!runs(environment.CARGO!, [...install, "--locked"], stable)) {
      console.log(`The registry lacks a version that ${crate} is locked to; installing with the versions it has`);
      run(environment.CARGO!, install, stable);
    }
  }
}

/** `PATH` with the tools' folders first. */
export function pathWith(...folders: string[]): string {
  return [...folders, process.env.PATH ?? ""].join(delimiter);
}

/** Cargo's own folder, whose name must not get into the module. */
export function cargoHome(): string {
  return process.env.CARGO_HOME ?? join(homedir(), ".cargo");
}

/** Runs a program with its output shown; throws if it fails. */
export function run(command: string, args: string[], environment: Record<string, string>, cwd?: string): void {
  execFileSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function runs(command: string, args: string[], environment: Record<string, string>): boolean {
  return spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...environment } }).status === 0;
}

/** What a program prints, trimmed. */
export function output(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8" }).trim();
}

function debianVersion(): string | undefined {
  const sources = existsSync("/usr/lib/rustlib/src/rust") || existsSync("/usr/lib/rustlib/src");
  if (!sources || !existsSync(debianRustc) || !existsSync(debianCargo)) return undefined;
  return output(debianRustc, ["--version"]).split(" ")[1];
}

function installDebianPackages(): boolean {
  if (!existsSync("/usr/bin/apt-get")) return false;
  console.log(`Installing ${debianPackages.join(", ")}`);
  return runs("apt-get", ["update", "-qq"], {}) &&
    runs("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...debianPackages], {
      DEBIAN_FRONTEND: "noninteractive",
    });
}
