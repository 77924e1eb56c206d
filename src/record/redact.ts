/** A stretch of text that holds a credential, told by its value. UTF-16 offsets, `end` exclusive. */
export interface KnownSecret {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** False for a value whose name no catalogue or policy knows. */
  readonly named: boolean;
  /** The file that it was learnt from, absolute. */
  readonly file?: string;
}

/** Finds the values of known credentials in a text, by keyed hash. */
export type FindKnown = (text: string) => readonly KnownSecret[];

/** What stands in the place of a secret. */
function mask(what: string): string {
  return `‹${what}›`;
}

/** Values that only refer to a secret: `$TOKEN`, `${TOKEN}`, `$(command)`, `%TOKEN%`, `<token>`, a mask of ours. */
const reference = /^(?:\\?["']?(?:\$[{(]?|%\w+%|<|‹|\*+$|(?:bearer|basic|token)\b)|["']?$)/i;

const secretName =
  "(?:[A-Za-z0-9_.-]{0,64}(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization)[A-Za-z0-9_]{0,32})";

const wholeSecretName = new RegExp(`^${secretName}$`, "i");

interface Rule {
  readonly pattern: RegExp;
  /** Index of the group that is replaced; 0 for the whole match. */
  readonly group: number;
  readonly what: string;
}

/**
 * Formats of credentials, most telling first. Each pattern runs in linear time: bounded repetitions, no nesting. A false
 * alarm costs a few masked characters in the record, a miss costs a secret, so the patterns lean to masking.
 */
const rules: readonly Rule[] = [
  {
    pattern:
      /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,16384}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?/g,
    group: 0,
    what: "private key",
  },
  {
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_[A-Za-z0-9_]{16,255})/g,
    group: 0,
    what: "GitHub token",
  },
  { pattern: /\bglpat-[A-Za-z0-9_-]{16,255}/g, group: 0, what: "GitLab token" },
  { pattern: /\bsk-[A-Za-z0-9_-]{16,255}/g, group: 0, what: "API key" },
  { pattern: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,255}/g, group: 0, what: "Stripe key" },
  { pattern: /\bxox[a-z]-[A-Za-z0-9-]{10,255}/g, group: 0, what: "Slack token" },
  { pattern: /\bAIza[A-Za-z0-9_-]{30,64}/g, group: 0, what: "Google key" },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, group: 0, what: "AWS key id" },
  { pattern: /\bnpm_[A-Za-z0-9]{30,64}/g, group: 0, what: "npm token" },
  { pattern: /\bdop_v1_[a-f0-9]{40,80}/g, group: 0, what: "DigitalOcean token" },
  { pattern: /\bhf_[A-Za-z0-9]{30,64}/g, group: 0, what: "Hugging Face token" },
  {
    pattern: /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,4096})?/g,
    group: 0,
    what: "JWT",
  },
  {
    pattern: /\b(?:bearer\s{1,4}|(?:basic|token)\s{1,4}(?=\S{16}))([A-Za-z0-9._~+/=-]{8,4096})/gi,
    group: 1,
    what: "credential",
  },
  {
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"']{0,256}:([^\s@/"']{1,512})@/gi,
    group: 1,
    what: "password",
  },
  { pattern: /(?:^|\s)(?:-u|--user)[ =]?["']?[^\s:"']{1,256}:([^\s"']{1,512})/g, group: 1, what: "password" },
  {
    pattern: new RegExp(`--?${secretName}[ =]("[^"]{1,4096}"|'[^']{1,4096}'|[^\\s"']{1,4096})`, "gi"),
    group: 1,
    what: "credential",
  },
  {
    pattern: new RegExp(
      `\\b${secretName}\\s{0,4}=\\s{0,4}("[^"]{1,4096}"|'[^']{1,4096}'|[^\\s"'&;]{1,4096})`,
      "gi",
    ),
    group: 1,
    what: "credential",
  },
  {
    pattern: new RegExp(
      `\\b${secretName}\\\\?["']?\\s{0,4}:\\s{0,4}(\\\\?["'][^"'\\\\]{1,4096}\\\\?["']|(?=\\S{0,64}\\d)[^\\s"',{}\\[\\]$]{6,4096})`,
      "gi",
    ),
    group: 1,
    what: "credential",
  },
];

/**
 * Masks whatever looks like a credential in a text: known values first, formats second. Used on everything that is
 * written to the record or shown to a human or an agent.
 */
export function redact(text: string, findKnown: FindKnown): string {
  let masked = maskKnown(text, findKnown(text));
  for (const rule of rules) {
    masked = maskRule(masked, rule);
  }
  return masked;
}

/** Where a text holds something in the form of a credential that a provider gives out, first one first. UTF-16 offsets, `end` exclusive. */
export function secretsOfKnownForm(
  text: string,
): readonly { readonly start: number; readonly end: number; readonly what: string }[] {
  return rules
    .filter(({ group, what }) => group === 0 && what !== "JWT")
    .flatMap(({ pattern, what }) =>
      [...text.matchAll(pattern)]
        // Names in code may begin like a key; what was drawn at random has digits.
        .filter(([found]) => (found.match(/\d/g)?.length ?? 0) >= 2)
        .map((match) => ({ start: match.index, end: match.index + match[0].length, what })),
    )
    .toSorted((a, b) => a.start - b.start);
}

/** Masks every string in a value, keys included, and cuts what is longer than `limit` UTF-16 units. */
export function redactValue(value: unknown, redactText: (text: string) => string, limit: number): unknown {
  return redactDeep(value, (text) => redactCut(text, redactText, limit), 0);
}

/** A secret that begins within the limit is masked as a whole up to this many units beyond it. */
const margin = 4096;

/** Masks the beginning of a text. What is cut off is not looked at, so that a huge text costs no more than a long one. */
export function redactCut(text: string, redactText: (text: string) => string, limit: number): string {
  const left = Math.max(0, text.length - limit - margin);
  const masked = redactText(left === 0 ? text : text.slice(0, limit + margin));
  return left === 0 ? cut(masked, limit) : `${masked.slice(0, limit)}… (more than ${left} more characters)`;
}

/** Keeps the beginning and says how much is missing. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length - limit} more characters)`;
}

function redactDeep(value: unknown, redactText: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") {
    return redactText(value);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth > 64) {
    return "… (nested too deep)";
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactDeep(item, redactText, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redactText(key),
      isSecretName(key) && typeof member === "string" && !reference.test(member)
        ? mask("credential")
        : redactDeep(member, redactText, depth + 1),
    ]),
  );
}

function isSecretName(key: string): boolean {
  return wholeSecretName.test(key);
}

function maskKnown(text: string, known: readonly KnownSecret[]): string {
  let masked = "";
  let position = 0;
  for (const { start, end, name } of [...known].sort((a, b) => a.start - b.start)) {
    if (start >= position) {
      masked += text.slice(position, start) + mask(name);
      position = end;
    }
  }
  return masked + text.slice(position);
}

function maskRule(text: string, { pattern, group, what }: Rule): string {
  return text.replace(pattern, (match: string, ...groups: unknown[]) => {
    const secret = group === 0 ? match : groups[group - 1];
    if (typeof secret !== "string" || reference.test(secret)) {
      return match;
    }
    const start = match.lastIndexOf(secret);
    return match.slice(0, start) + mask(what) + match.slice(start + secret.length);
  });
}
