import assert from "node:assert/strict";
import { test } from "node:test";
import { seccompFilter } from "../../../src/boundary/sandbox/seccomp.ts";

interface Call {
  readonly arch: number;
  readonly number: number;
  readonly args?: readonly number[];
}

/** Runs a filter as the kernel does, on the low halves of the arguments. Fails where it leaves the program. */
function answerOf(filter: Uint8Array, { arch, number, args = [] }: Call): "allowed" | number {
  const view = new DataView(filter.buffer);
  const word = (offset: number): number =>
    offset === 0 ? number : offset === 4 ? arch : (args[(offset - 16) / 8] ?? 0) >>> 0;
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.length; at += 1) {
    const code = view.getUint16(at * 8, true);
    const operand = view.getUint32(at * 8 + 4, true);
    if (code === 0x20) {
      accumulator = word(operand) >>> 0;
    } else if (code === 0x06) {
      return operand === 0x7fff0000 ? "allowed" : operand & 0xffff;
    } else {
      const yes = code === 0x15 ? accumulator === operand : (accumulator & operand) !== 0;
      at += view.getUint8(at * 8 + (yes ? 2 : 3));
    }
  }
  return assert.fail("the filter ends without an answer");
}

const x64 = 0xc000003e;
const arm64 = 0xc00000b7;
const newUser = 0x10000000;
const threads = 0x3d0f00;

const cases: readonly (readonly [
  string,
  "x64" | "arm64",
  Call,
  closed: "allowed" | number,
  nested: "allowed" | number,
])[] = [
  ["read", "x64", { arch: x64, number: 0 }, "allowed", "allowed"],
  ["openat", "x64", { arch: x64, number: 257 }, "allowed", "allowed"],
  ["execve", "x64", { arch: x64, number: 59 }, "allowed", "allowed"],
  ["mount", "x64", { arch: x64, number: 165 }, 1, "allowed"],
  ["umount2", "x64", { arch: x64, number: 166 }, 1, "allowed"],
  ["open_tree", "x64", { arch: x64, number: 428 }, 1, "allowed"],
  ["setns", "x64", { arch: x64, number: 308 }, 1, "allowed"],
  ["unshare a user namespace", "x64", { arch: x64, number: 272, args: [newUser] }, 1, "allowed"],
  ["unshare files", "x64", { arch: x64, number: 272, args: [0x400] }, "allowed", "allowed"],
  ["clone a thread", "x64", { arch: x64, number: 56, args: [threads] }, "allowed", "allowed"],
  ["clone a user namespace", "x64", { arch: x64, number: 56, args: [newUser | 17] }, 1, "allowed"],
  ["clone3", "x64", { arch: x64, number: 435 }, 38, "allowed"],
  ["type into the terminal", "x64", { arch: x64, number: 16, args: [0, 0x5412] }, 1, 1],
  ["paste into the console", "x64", { arch: x64, number: 16, args: [0, 0x541c] }, 1, 1],
  ["ask for the window's size", "x64", { arch: x64, number: 16, args: [0, 0x5413] }, "allowed", "allowed"],
  ["keyctl", "x64", { arch: x64, number: 250 }, 1, 1],
  ["io_uring_setup", "x64", { arch: x64, number: 425 }, 1, 1],
  ["bpf", "x64", { arch: x64, number: 321 }, 1, 1],
  ["the 32-bit convention", "x64", { arch: x64, number: 0x40000000 + 165 }, 1, 1],
  ["another architecture", "x64", { arch: 0x40000003, number: 5 }, 1, 1],
  ["openat", "arm64", { arch: arm64, number: 56 }, "allowed", "allowed"],
  ["mount", "arm64", { arch: arm64, number: 40 }, 1, "allowed"],
  ["clone a user namespace", "arm64", { arch: arm64, number: 220, args: [newUser | 17] }, 1, "allowed"],
  ["type into the terminal", "arm64", { arch: arm64, number: 29, args: [0, 0x5412] }, 1, 1],
];

for (const [what, architecture, call, closed, nested] of cases) {
  test(`the filter for ${architecture} answers ${what}`, () => {
    for (const [mode, expected] of [
      [false, closed],
      [true, nested],
    ] as const) {
      const filter = seccompFilter(architecture, { nested: mode });
      assert.ok(filter !== undefined);
      assert.equal(answerOf(filter, call), expected, mode ? "nested" : "closed");
    }
  });
}

test("there is no filter for an architecture whose numbers are not known", () => {
  assert.equal(seccompFilter("riscv64", { nested: false }), undefined);
});
