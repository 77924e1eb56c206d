import type { Evidence } from "../../model/action.ts";
import { toAction } from "../report.ts";
import type { Scope } from "../scope.ts";

/** Addresses at which cloud machines and containers hand out their credentials: AWS, Azure, GCP and others; ECS; EKS; Alibaba. */
const addresses: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
]);

const names =
  /^(?:metadata\.google\.internal|metadata\.goog|instance-data\.ec2\.internal|\[fd00:ec2::(?:254|23)\])$|(?:^|[.-])(?:169[.-]254[.-]169[.-]254|a9fea9fe)\.(?:nip|sslip|xip)\.io$/;

/** Names that are only theirs together with a path: any container may be called so. */
const shortNames = /^(?:metadata|instance-data)$/;
const paths = /^\/(?:computeMetadata|latest|metadata\/(?:identity|instance))\b/;

/** True where cloud machines hand out their credentials. `host` is in lower case, IPv6 addresses in brackets. */
export function isMetadataAddress(host: string, path: string): boolean {
  return (
    names.test(host) ||
    (shortNames.test(host) && paths.test(path)) ||
    addresses.has(host) ||
    addresses.has(addressOf(host) ?? "")
  );
}

/** Says that a request asks a machine for its credentials. `target` is the address, without a query. */
export function reportMetadata(scope: Scope, target: string, evidence: Evidence): void {
  scope.emit(
    toAction(
      {
        action: "network:read_metadata",
        effects: ["credential_access"],
        target,
        because: "cloud machines hand out their credentials there",
        access: "read",
      },
      evidence,
    ),
  );
}

/** The IPv4 address behind every spelling that clients take: one to four numbers in any base, or the end of an IPv6 one. */
function addressOf(host: string): string | undefined {
  if (host.startsWith("[")) {
    return mappedAddress(host.slice(1, -1));
  }
  const parts = host.split(".");
  const numbers = parts.map(numberOf);
  if (parts.length > 4 || numbers.some((number) => Number.isNaN(number))) {
    return undefined;
  }
  const last = numbers.at(-1) ?? 0;
  const value = numbers.slice(0, -1).reduce((sum, number, at) => sum + number * 256 ** (3 - at), last);
  return dotted(value);
}

function numberOf(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/.test(text)) {
    return Number.parseInt(text, 16);
  }
  return /^0[0-7]{1,12}$/.test(text)
    ? Number.parseInt(text, 8)
    : /^\d{1,10}$/.test(text)
      ? Number(text)
      : Number.NaN;
}

/** `::ffff:169.254.169.254`, `0:0:0:0:0:ffff:a9fe:a9fe`. */
function mappedAddress(text: string): string | undefined {
  const end = /(?:^|:)ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/.exec(text);
  if (end === null) {
    return undefined;
  }
  const [, whole, high = "0", low = "0"] = end;
  return whole ?? dotted(Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16));
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
