import { systemCalls } from "./system-calls.ts";

/** One instruction of classic BPF: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const load = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAnyBit = 0x45;
const answer = 0x06;

const allowed = 0x7fff0000;
const refused = (errno: number): number => 0x00050000 | errno;
const notPermitted = refused(1);
const notImplemented = refused(38);

/** Offsets in `struct seccomp_data`; the low halves of the arguments, on machines that store the low half first. */
const offsetOfNumber = 0;
const offsetOfArchitecture = 4;
const offsetOfArgument = (index: number): number => 16 + 8 * index;

const newUserNamespace = 0x10000000;
/** `TIOCSTI` and `TIOCLINUX` type into the terminal that the sandbox shares with whoever started it. */
const typingRequests = [0x5412, 0x541c];

/**
 * The filter that bwrap loads (`--seccomp FD`), as the bytes of `struct sock_filter[]`. `nested` leaves namespaces and
 * mounts open for agents that bring a sandbox of their own: the masks hold all the same, because mounts that come from
 * outside are locked. Undefined for an architecture whose numbers are not known. Pure.
 */
export function seccompFilter(
  architecture: string,
  { nested }: { readonly nested: boolean },
): Uint8Array | undefined {
  const calls = systemCalls.get(architecture);
  if (calls === undefined) {
    return undefined;
  }
  const refuse = (number: number, how: number): readonly Instruction[] => [
    [jumpIfEqual, 0, 1, number],
    [answer, 0, 0, how],
  ];
  /** For one call: refuse where its argument passes the test, and go on with the number loaded again. */
  const refuseArgument = (number: number, index: number, tests: readonly Instruction[]): Instruction[] => [
    [jumpIfEqual, 0, tests.length + 2, number],
    [load, 0, 0, offsetOfArgument(index)],
    ...tests,
    [load, 0, 0, offsetOfNumber],
  ];
  const namespaces: readonly Instruction[] = [
    [jumpIfAnyBit, 0, 1, newUserNamespace],
    [answer, 0, 0, notPermitted],
  ];
  const program: readonly Instruction[] = [
    [load, 0, 0, offsetOfArchitecture],
    [jumpIfEqual, 1, 0, calls.audit],
    [answer, 0, 0, notPermitted],
    [load, 0, 0, offsetOfNumber],
    ...(calls.foreignBit === undefined
      ? []
      : ([
          [jumpIfAnyBit, 0, 1, calls.foreignBit],
          [answer, 0, 0, notPermitted],
        ] satisfies Instruction[])),
    ...calls.always.flatMap((number) => refuse(number, notPermitted)),
    ...refuseArgument(
      calls.ioctl,
      1,
      typingRequests.flatMap((request) => refuse(request, notPermitted)),
    ),
    ...(nested
      ? []
      : [
          ...calls.mounting.flatMap((number) => refuse(number, notPermitted)),
          ...refuseArgument(calls.unshare, 0, namespaces),
          ...refuseArgument(calls.clone, 0, namespaces),
          // Its flags lie in memory, where no filter can look; libraries fall back to `clone` where it is not there.
          ...refuse(calls.clone3, notImplemented),
        ]),
    [answer, 0, 0, allowed],
  ];
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, jt, jf, k]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k >>> 0, true);
  }
  return bytes;
}
