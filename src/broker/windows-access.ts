import { execFileSync } from "node:child_process";
import { dirname } from "node:path/win32";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode } from "../record/durable-file.ts";

/** Administrators, the system, the installer of Windows, and the administrators of a domain. */
const administrators: ReadonlySet<string> = new Set([
  "BA",
  "SY",
  "DA",
  "EA",
  "S-1-5-18",
  "S-1-5-32-544",
  "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
]);

/** Rights with which nothing can be changed. */
const lookingRights: ReadonlySet<string> = new Set(["FR", "FX", "GR", "GX", "RC"]);

/** The same as bits: read and execute, of files and in general. */
const lookingBits = 0x1200a9n | 0x80000000n | 0x20000000n;

/**
 * Who else than administrators may change a file or folder, from its owner and access rights in Windows' own notation
 * (SDDL); undefined where nobody may. What is not understood counts as somebody.
 */
export function strangerIn(sddl: string): string | undefined {
  const parts = /^O:([\w-]+)G:[\w-]+D:([A-Z]*)((?:\([^()]*\))+)(?:S:.*)?$/s.exec(sddl.trim());
  const [, owner = "", flags = "", entries = ""] = parts ?? [];
  if (parts === null || flags.includes("NO_ACCESS_CONTROL")) {
    return "anybody";
  }
  if (!administrators.has(owner)) {
    return owner;
  }
  const granting = [...entries.matchAll(/\(([^()]*)\)/g)].map(([, entry = ""]) => entry.split(";"));
  return granting.map(grantedTo).find((whom) => whom !== undefined);
}

function grantedTo(entry: readonly string[]): string | undefined {
  const [type = "", flags = "", rights = "", , , whom = ""] = entry;
  // Of the object itself say nothing: denials, and what is only handed down.
  if (type === "D" || /^(?:..)*IO/.test(flags)) {
    return undefined;
  }
  return type === "A" && entry.length === 6 && (administrators.has(whom) || onlyLooks(rights))
    ? undefined
    : whom === ""
      ? "anybody"
      : whom;
}

function onlyLooks(rights: string): boolean {
  if (/^0x[0-9a-f]{1,8}$/i.test(rights)) {
    // Not numbers: their bits end at 31.
    return (BigInt(rights) | lookingBits) === lookingBits;
  }
  const words = rights.match(/../g) ?? [];
  return rights.length % 2 === 0 && words.every((word) => lookingRights.has(word));
}

/**
 * Holds for a file that administrators alone can change, in a folder of which the same is true. The folder above is
 * Windows' own: there anybody may add, and nobody may rename what others have made.
 */
export function ownedByAdministrators(file: string): Result<{ readonly loosens: boolean }> {
  for (const path of [dirname(file), file]) {
    const sddl = accessOf(path);
    const stranger = sddl.ok ? strangerIn(sddl.value) : undefined;
    if (!sddl.ok) {
      return sddl;
    }
    if (stranger !== undefined) {
      return err(`\`${path}\` can be changed by ${stranger}, who is no administrator`);
    }
  }
  return ok({ loosens: true });
}

/** Takes about half a second, so it is asked only where there is a file that was not examined as it is. */
function accessOf(path: string): Result<string> {
  try {
    const powershell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
    const command = "(Get-Acl -LiteralPath $env:SIGNALBOX_PATH).Sddl";
    const output = execFileSync(powershell, ["-NoProfile", "-NonInteractive", "-Command", command], {
      env: { SystemRoot: "C:\\Windows", SIGNALBOX_PATH: path },
      encoding: "utf8",
      timeout: 5000,
      windowsHide: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return ok(output);
  } catch (error) {
    return err(`the access rights of \`${path}\` cannot be read (${errorCode(error)})`);
  }
}
