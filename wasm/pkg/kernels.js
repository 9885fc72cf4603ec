/* @ts-self-types="./kernels.d.ts" */

/**
 * Doubles `length` f32 items in place.
 * @param {number} address
 * @param {number} length
 */
export function double_f32(address, length) {
    wasm.double_f32(address, length);
}

/**
 * Doubles `length` f64 items in place.
 * @param {number} address
 * @param {number} length
 */
export function double_f64(address, length) {
    wasm.double_f64(address, length);
}

/**
 * Doubles `length` i32 items in place; overflow wraps.
 * @param {number} address
 * @param {number} length
 */
export function double_i32(address, length) {
    wasm.double_i32(address, length);
}

/**
 * Offset of the first byte before which text may be cut so that both sides are independent; `length` if there is none.
 * @param {number} address
 * @param {number} length
 * @returns {number}
 */
export function first_reset(address, length) {
    const ret = wasm.first_reset(address, length);
    return ret >>> 0;
}

/**
 * Whether this thread's stack was allocated for it. The first thread that uses the kernels has the module's own stack,
 * which nothing may free.
 * @returns {boolean}
 */
export function has_allocated_stack() {
    const ret = wasm.has_allocated_stack();
    return ret !== 0;
}

/**
 * Bytes at the end that begin a UTF-8 sequence which more input may complete: 0 to 3.
 * @param {number} address
 * @param {number} length
 * @returns {number}
 */
export function incomplete_tail(address, length) {
    const ret = wasm.incomplete_tail(address, length);
    return ret >>> 0;
}

/**
 * Offset of the last byte before which text may be cut so that both sides are independent; `u32::MAX` if there is none.
 * @param {number} address
 * @param {number} length
 * @returns {number}
 */
export function last_reset(address, length) {
    const ret = wasm.last_reset(address, length);
    return ret >>> 0;
}

/**
 * Lower-cases UTF-8. `options`: bits 0-1 the invalid mode (0 pass, 1 error, 2 replace), bits 2-3 the end of the input
 * (0 more may follow, 1 the end, 2 a Cased code point follows). `context`: 1 if the last code point before the
 * source that is not Case_Ignorable was Cased. Writes status, consumed, produced and the new context at `result`.
 * @param {number} source
 * @param {number} length
 * @param {number} destination
 * @param {number} capacity
 * @param {number} options
 * @param {number} context
 * @param {number} result
 */
export function lowercase(source, length, destination, capacity, options, context, result) {
    wasm.lowercase(source, length, destination, capacity, options, context, result);
}

/**
 * What follows a sigma: 0 only Case_Ignorable so far, 1 a code point that is not Cased or an invalid byte, 2 a Cased one.
 * @param {number} address
 * @param {number} length
 * @returns {number}
 */
export function sigma_follow(address, length) {
    const ret = wasm.sigma_follow(address, length);
    return ret >>> 0;
}
function __wbg_get_imports(memory) {
    const import0 = {
        __proto__: null,
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
        memory: memory || new WebAssembly.Memory({initial:18,maximum:65536,shared:true}),
    };
    return {
        __proto__: null,
        "./kernels_bg.js": import0,
    };
}

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module, thread_stack_size) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    if (typeof thread_stack_size !== 'undefined' && (typeof thread_stack_size !== 'number' || thread_stack_size === 0 || thread_stack_size % 65536 !== 0)) {
        throw new Error('invalid stack size');
    }

    wasm.__wbindgen_start(thread_stack_size);
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module, memory) {
    if (wasm !== undefined) return wasm;

    let thread_stack_size
    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module, memory, thread_stack_size} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports(memory);
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module, thread_stack_size);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path, memory) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path, memory);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path, memory) {
    let thread_stack_size
    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path, memory, thread_stack_size} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }

    if (module_or_path === undefined) {
        module_or_path = new URL('kernels_bg.wasm', import.meta.url);
    }
    const imports = __wbg_get_imports(memory);

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module, thread_stack_size);
}

export { initSync, __wbg_init as default };
