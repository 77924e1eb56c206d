/** Code lengths turned into a table: how many codes of each length there are, and the symbols in their order. */
interface Codes {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

const longestCode = 15;

/**
 * Bytes of a raw DEFLATE stream (RFC 1951); undefined where it is broken or holds more than `limit` bytes. Pure code may not
 * use the platform's own, and what is read here is small.
 */
export function inflate(packed: Uint8Array, limit: number): Uint8Array | undefined {
  const reader = new Inflater(packed, limit);
  return reader.run() ? reader.result() : undefined;
}

class Inflater {
  private readonly packed: Uint8Array;
  private readonly limit: number;
  private output: Uint8Array;
  private length = 0;
  private at = 0;
  private held = 0;
  private heldBits = 0;
  private broken = false;

  constructor(packed: Uint8Array, limit: number) {
    this.packed = packed;
    this.limit = limit;
    this.output = new Uint8Array(Math.min(limit, Math.max(1024, packed.length * 4)));
  }

  result(): Uint8Array {
    return this.output.subarray(0, this.length);
  }

  run(): boolean {
    for (let last = false; !last && !this.broken;) {
      last = this.bits(1) === 1;
      const kind = this.bits(2);
      if (kind === 0) {
        this.stored();
      } else if (kind === 1) {
        this.coded(fixedLiterals, fixedDistances);
      } else if (kind === 2) {
        this.described();
      } else {
        this.broken = true;
      }
    }
    return !this.broken;
  }

  private bits(count: number): number {
    while (this.heldBits < count) {
      const byte = this.packed[this.at];
      if (byte === undefined) {
        this.broken = true;
        return 0;
      }
      this.held |= byte << this.heldBits;
      this.heldBits += 8;
      this.at += 1;
    }
    const value = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.heldBits -= count;
    return value;
  }

  private push(byte: number): void {
    if (this.length >= this.limit) {
      this.broken = true;
      return;
    }
    if (this.length >= this.output.length) {
      const larger = new Uint8Array(Math.min(this.limit, this.output.length * 2));
      larger.set(this.output);
      this.output = larger;
    }
    this.output[this.length] = byte;
    this.length += 1;
  }

  private stored(): void {
    this.held = 0;
    this.heldBits = 0;
    const count = this.bits(16);
    if (this.bits(16) !== (~count & 0xffff)) {
      this.broken = true;
    }
    for (let index = 0; index < count && !this.broken; index += 1) {
      this.push(this.bits(8));
    }
  }

  private described(): void {
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const described = this.bits(4) + 4;
    const order = new Uint8Array(19);
    for (let index = 0; index < described; index += 1) {
      order[lengthOrder[index] ?? 0] = this.bits(3);
    }
    const lengths = this.lengths(codesOf(order), literals + distances);
    if (!this.broken) {
      this.coded(codesOf(lengths.subarray(0, literals)), codesOf(lengths.subarray(literals)));
    }
  }

  private lengths(codes: Codes, wanted: number): Uint8Array {
    const lengths = new Uint8Array(wanted);
    for (let index = 0; index < wanted && !this.broken;) {
      const symbol = this.symbol(codes);
      const repeated = symbol === 16 ? (lengths[index - 1] ?? 0) : 0;
      const times =
        symbol < 16
          ? 1
          : symbol === 16
            ? 3 + this.bits(2)
            : symbol === 17
              ? 3 + this.bits(3)
              : 11 + this.bits(7);
      this.broken ||= index + times > wanted || (symbol === 16 && index === 0);
      lengths.fill(symbol < 16 ? symbol : repeated, index, index + times);
      index += times;
    }
    return lengths;
  }

  private symbol({ counts, symbols }: Codes): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= longestCode && !this.broken; length += 1) {
      code |= this.bits(1);
      const count = counts[length] ?? 0;
      if (code - count < first) {
        return symbols[index + code - first] ?? 0;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    this.broken = true;
    return 0;
  }

  private coded(literals: Codes, distances: Codes): void {
    while (!this.broken) {
      const symbol = this.symbol(literals);
      if (symbol === 256) {
        return;
      }
      if (symbol < 256) {
        this.push(symbol);
      } else {
        this.copy(symbol - 257, distances);
      }
    }
  }

  private copy(lengthSymbol: number, distances: Codes): void {
    const base = lengthBases[lengthSymbol];
    const length = (base ?? 0) + this.bits(lengthBits[lengthSymbol] ?? 0);
    const symbol = this.symbol(distances);
    const distance = (distanceBases[symbol] ?? 0) + this.bits(distanceBits[symbol] ?? 0);
    this.broken ||= base === undefined || distance === 0 || distance > this.length;
    for (let index = 0; index < length && !this.broken; index += 1) {
      this.push(this.output[this.length - distance] ?? 0);
    }
  }
}

function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) {
    counts[length] = (counts[length] ?? 0) + 1;
  }
  counts[0] = 0;
  const starts = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length += 1) {
    starts[length + 1] = (starts[length] ?? 0) + (counts[length] ?? 0);
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length !== 0) {
      symbols[starts[length] ?? 0] = symbol;
      starts[length] = (starts[length] ?? 0) + 1;
    }
  }
  return { counts, symbols };
}

const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const distanceBits = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const fixedLiterals = codesOf(
  Uint8Array.from({ length: 288 }, (_each, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
const fixedDistances = codesOf(new Uint8Array(30).fill(5));
