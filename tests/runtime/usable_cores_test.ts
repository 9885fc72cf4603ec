import assert from "node:assert/strict";
import { test } from "node:test";
import { coresFrom } from "../../src/runtime/usable_cores.ts";

const timeout = 10_000;

/** Cores of a machine of 16 whose files say this. */
function cores(files: Record<string, string>, cap?: string): number {
  return coresFrom({ available: 16, cap, read: (path) => files[path] });
}

test("Without limits it is what the runtime counts", { timeout }, () => {
  assert.equal(cores({}), 16);
  assert.equal(cores({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" }), 16);
});

test("Cores that the system does not let it run on do not count", { timeout }, () => {
  const withAffinity = (list: string): number =>
    cores({ "/proc/self/status": `Name:\tx\nCpus_allowed_list:\t${list}\n` });
  assert.deepEqual(["0", "0-3", "1,3", "0-1,4-5,9"].map(withAffinity), [1, 4, 2, 5]);
});

test("A quota of the second version counts, rounded up, of the group or one above it", { timeout }, () => {
  const cgroup = { "/proc/self/cgroup": "0::/pods/one\n" };
  assert.equal(cores({ ...cgroup, "/sys/fs/cgroup/pods/one/cpu.max": "250000 100000\n" }), 3);
  assert.equal(
    cores({
      ...cgroup,
      "/sys/fs/cgroup/pods/one/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/pods/cpu.max": "200000 100000\n",
    }),
    2,
  );
  assert.equal(cores({ ...cgroup, "/sys/fs/cgroup/cpu.max": "50000 100000\n" }), 1);
});

test("A quota of the first version counts too", { timeout }, () => {
  const cgroup = { "/proc/self/cgroup": "4:cpu,cpuacct:/job\n3:memory:/job\n" };
  const limits = (quota: number): Record<string, string> => ({
    ...cgroup,
    "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": `${quota}\n`,
    "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
  });
  assert.equal(cores(limits(400_000)), 4);
  assert.equal(cores(limits(-1)), 16);
});

test("The environment caps the number, and does not raise it", { timeout }, () => {
  assert.equal(cores({}, "3"), 3);
  assert.equal(cores({}, "99"), 16);
  assert.equal(cores({}, ""), 16);
});

test("A cap that is no whole number from 1 on is refused", { timeout }, () => {
  for (const cap of ["0", "-1", "1.5", "two"]) assert.throws(() => cores({}, cap), RangeError);
});
