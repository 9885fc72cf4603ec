/**
 * Loaded for its effect: provides the codec of objects.
 * @module
 */
import { fromCloneForm, toCloneForm } from "./clone_form.ts";
import { inspect } from "./inspect.ts";
import { provideObjectCodec } from "./object_codec.ts";
import { pack, unpack } from "./packer.ts";

provideObjectCodec({ inspect, pack, unpack, toCloneForm, fromCloneForm });
