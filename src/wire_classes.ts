/**
 * Loaded for its effect: all classes whose instances can be sent, and the codec for them.
 * @module
 */
import "./channel/objects.ts";
import "./shared/shareable_list.ts";
import "./queue/joinable_queue.ts";
import "./queue/pipe.ts";
import "./queue/simple_queue.ts";
import "./shared/shared_array.ts";
import "./shared/shared_memory.ts";
import "./sync/barrier.ts";
import "./sync/condition.ts";
import "./sync/event.ts";
import "./sync/semaphore.ts";
import "./shared/shared_value.ts";
import "./manager/container_proxies.ts";
import "./manager/iterator_proxy.ts";
import "./manager/pool_proxy.ts";
import "./manager/queue_proxies.ts";
import "./manager/synchroniser_proxies.ts";
import { noteModulesLoaded } from "./core/late_modules.ts";

noteModulesLoaded();
