/** Numbers of the system calls that the filter names, per architecture as `process.arch` calls it. From the kernel's tables. */
export interface SystemCalls {
  /** `AUDIT_ARCH_…`: what the kernel says of the caller in `seccomp_data.arch`. */
  readonly audit: number;
  /** Calls with this bit belong to another calling convention of the same processor; they are refused. */
  readonly foreignBit?: number;
  readonly ioctl: number;
  readonly clone: number;
  readonly clone3: number;
  readonly unshare: number;
  /** Never needed by ordinary work: keys of the session, the kernel's own code, other namespaces' files. */
  readonly always: readonly number[];
  /** What changes mounts and namespaces; a nested sandbox needs them. */
  readonly mounting: readonly number[];
}

/** The newer calls have one number everywhere. */
const commonMounting = [428, 429, 430, 431, 432, 433, 442];
/** io_uring does its work without further system calls. */
const ioUring = [425, 426, 427];

export const systemCalls: ReadonlyMap<string, SystemCalls> = new Map([
  [
    "x64",
    {
      audit: 0xc000003e,
      foreignBit: 0x40000000,
      ioctl: 16,
      clone: 56,
      clone3: 435,
      unshare: 272,
      // add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd, open_by_handle_at, kexec and modules, reboot, swap, ports
      always: [
        248,
        249,
        250,
        321,
        298,
        323,
        304,
        246,
        320,
        175,
        313,
        176,
        169,
        167,
        168,
        172,
        173,
        ...ioUring,
      ],
      // mount, umount2, pivot_root, setns
      mounting: [165, 166, 155, 308, ...commonMounting],
    },
  ],
  [
    "arm64",
    {
      audit: 0xc00000b7,
      ioctl: 29,
      clone: 220,
      clone3: 435,
      unshare: 97,
      always: [217, 218, 219, 280, 241, 282, 265, 104, 294, 105, 273, 106, 142, 224, 225, ...ioUring],
      mounting: [40, 39, 41, 268, ...commonMounting],
    },
  ],
]);
