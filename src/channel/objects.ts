/**
 * Loaded for its effect: provides the codec of objects.
 * @module
 */
import { fromCloneForm, toCloneForm } from "./clone_form.ts";
import { inspect } from "./inspect.ts";
import { provideObjectCodec } from "./object_codec.ts";
import { holdsWired, pack, unpack } from "./packer.ts";

provideObjectCodec({ inspect, pack, holdsWired, unpack, toCloneForm, fromCloneForm });
