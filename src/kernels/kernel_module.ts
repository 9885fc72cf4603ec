import { UnsupportedError } from "../core/errors.ts";

// Ids of the sections of a WASM module.
const GLOBALS = 6;
const START = 8;
const DATA = 11;

/**
 * Compiles a kernel's WASM after a look at what would harm the memory that all threads share: data and a stack of the
 * module's own have fixed addresses there, which are somebody else's.
 *
 * @throws {UnsupportedError} where the module has data, a start function or a global that changes, such as a stack
 * pointer, or imports anything but one memory.
 * @throws {WebAssembly.CompileError} where `bytes` are no WASM.
 */
export function compileKernel(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module);
  const other = imports.find(({ kind }) => kind !== "memory");
  if (other !== undefined) {
    throw refusal(`it imports ${other.module}.${other.name}, expected a memory and nothing else`);
  }
  if (imports.length !== 1) throw refusal(`it imports ${imports.length} memories, expected one`);
  for (const { id, content } of sections(bytes)) {
    if (id === START) throw refusal("it has a start function");
    if (id === DATA && content[0] !== 0) throw refusal("it has data of its own");
    if (id === GLOBALS && hasMutableGlobal(content)) {
      throw refusal("it has a global that changes, such as a stack pointer");
    }
  }
  return module;
}

function refusal(reason: string): UnsupportedError {
  return new UnsupportedError(`Cannot use the WASM as a kernel: ${reason}`);
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function* sections(bytes: Uint8Array): Generator<Section> {
  const header = 8;
  for (let at = header; at < bytes.length;) {
    const [size, start] = unsigned(bytes, at + 1);
    yield { id: bytes[at]!, content: bytes.subarray(start, start + size) };
    at = start + size;
  }
}

/** The LEB128 number at `at`, and where what follows it is. */
function unsigned(bytes: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function hasMutableGlobal(content: Uint8Array): boolean {
  let [count, at] = unsigned(content, 0);
  for (; count > 0; count--) {
    const isMutable = content[at + 1] === 1;
    if (isMutable) return true;
    at = endOfExpression(content, at + 2);
  }
  return false;
}

/** Where the constant expression at `at` ends. */
function endOfExpression(content: Uint8Array, at: number): number {
  for (;;) {
    switch (content[at++]) {
      case 0x0b: // end
        return at;
      case 0x41: // i32.const
      case 0x42: // i64.const
      case 0x23: // global.get
        [, at] = unsigned(content, at);
        break;
      case 0x43: // f32.const
        at += 4;
        break;
      case 0x44: // f64.const
        at += 8;
        break;
      default:
        throw refusal("it has a global whose value is computed");
    }
  }
}
