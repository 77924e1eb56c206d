import { inflate } from "./inflate.ts";

/** Most entries of a directory that are looked at. */
const maximumEntries = 4096;

/**
 * One file of a zip archive, by its exact name; undefined where the archive is broken, the name is missing or stands twice, or the
 * content is larger than `limit` bytes. The central directory alone counts: local headers may leave out what it says.
 */
export function zipEntry(archive: Uint8Array, name: string, limit: number): Uint8Array | undefined {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endOfDirectory(view);
  if (end === undefined) {
    return undefined;
  }
  const wanted = new TextEncoder().encode(name);
  const count = Math.min(view.getUint16(end + 10, true), maximumEntries);
  let found: Uint8Array | undefined;
  for (let at = view.getUint32(end + 16, true), index = 0; index < count; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      return undefined;
    }
    const length = view.getUint16(at + 28, true);
    if (length === wanted.length && wanted.every((byte, offset) => archive[at + 46 + offset] === byte)) {
      if (found !== undefined) {
        return undefined;
      }
      found = contentAt(archive, view, at, limit);
      if (found === undefined) {
        return undefined;
      }
    }
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/** Where the end-of-directory record begins; it may be followed by a comment. */
function endOfDirectory(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) {
      return at;
    }
  }
  return undefined;
}

function contentAt(
  archive: Uint8Array,
  view: DataView,
  entry: number,
  limit: number,
): Uint8Array | undefined {
  const method = view.getUint16(entry + 10, true);
  const size = view.getUint32(entry + 20, true);
  const header = view.getUint32(entry + 42, true);
  if (header + 30 > view.byteLength || view.getUint32(header, true) !== 0x04034b50) {
    return undefined;
  }
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const packed = archive.subarray(start, start + size);
  if (packed.length !== size) {
    return undefined;
  }
  if (method === 8) {
    return inflate(packed, limit);
  }
  return method === 0 && size <= limit ? packed : undefined;
}
