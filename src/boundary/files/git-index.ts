/** A file that git tracks, as its index remembers it. */
export interface TrackedFile {
  /** From the repository's root, `/`-separated. */
  readonly path: string;
  /** Size in bytes, modulo 2³². */
  readonly size: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanos: number;
  /** SHA-1 of the content as a git blob, in hex. */
  readonly blob: string;
}

const headerLength = 12;
const fixedLength = 62;
const extendedFlag = 0x4000;
const nameMask = 0xfff;

/** Reads `.git/index` of versions 2 to 4 with SHA-1 names; undefined where it is none, or damaged. Runs nothing of git's. */
export function readGitIndex(bytes: Buffer): readonly TrackedFile[] | undefined {
  if (bytes.length < headerLength || bytes.toString("latin1", 0, 4) !== "DIRC") {
    return undefined;
  }
  const [version, count] = [bytes.readUInt32BE(4), bytes.readUInt32BE(8)];
  if (version < 2 || version > 4) {
    return undefined;
  }
  const files: TrackedFile[] = [];
  let at = headerLength;
  let path = "";
  for (let index = 0; index < count; index++) {
    if (at + fixedLength > bytes.length) {
      return undefined;
    }
    const flags = bytes.readUInt16BE(at + 60);
    const nameAt = at + fixedLength + ((flags & extendedFlag) === 0 ? 0 : 2);
    const named = version === 4 ? compressedName(bytes, nameAt, path) : plainName(bytes, nameAt);
    if (named === undefined || ((flags & nameMask) !== nameMask && (flags & nameMask) !== named.length)) {
      return undefined;
    }
    path = named.path;
    files.push({
      path,
      size: bytes.readUInt32BE(at + 36),
      mtimeSeconds: bytes.readUInt32BE(at + 8),
      mtimeNanos: bytes.readUInt32BE(at + 12),
      blob: bytes.toString("hex", at + 40, at + 60),
    });
    // Before version 4, entries are padded with one to eight zeros to a multiple of eight.
    at = version === 4 ? named.end + 1 : at + ((named.end - at + 8) & ~7);
  }
  return files;
}

interface Name {
  readonly path: string;
  /** Length of the path in bytes. */
  readonly length: number;
  /** Where the zero behind the name is. */
  readonly end: number;
}

function plainName(bytes: Buffer, start: number): Name | undefined {
  const end = bytes.indexOf(0, start);
  return end < 0 ? undefined : { path: bytes.toString("utf8", start, end), length: end - start, end };
}

/** Version 4: how many bytes to take off the path before, then what comes instead. */
function compressedName(bytes: Buffer, start: number, before: string): Name | undefined {
  let at = start;
  let byte = bytes[at++] ?? 0;
  let off = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at < bytes.length) {
    byte = bytes[at++] ?? 0;
    off = ((off + 1) << 7) | (byte & 0x7f);
  }
  const end = bytes.indexOf(0, at);
  const kept = Buffer.from(before, "utf8");
  if (end < 0 || off > kept.length) {
    return undefined;
  }
  const name = Buffer.concat([kept.subarray(0, kept.length - off), bytes.subarray(at, end)]);
  return { path: name.toString("utf8"), length: name.length, end };
}
