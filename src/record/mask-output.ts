import type { FindKnown, KnownSecret } from "./redact.ts";

/** Names of variables and credentials whose values are secrets, unlike a bucket's name or a host beside them in a file. */
const tellingName =
  /token|secret|passw|pwd|key|auth|credential|private|dsn|certificate|(?:^|_)(?:url|uri)$|connection/i;

/**
 * Formats that are secrets beyond doubt, with a made-up value's chance to have them next to nothing. Each pattern runs in linear
 * time. Fewer than for the record on purpose: what is masked here is what an agent works with.
 */
const formats: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    "private key",
    /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:\\n|\s)[A-Za-z0-9+/=\s\\:,-]{64,16384}?-----END [A-Z ]{0,32}PRIVATE KEY-----/g,
  ],
  ["GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g],
  ["GitLab token", /\bglpat-[A-Za-z0-9_-]{20,255}/g],
  ["API key", /\bsk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{32,255}/g],
  ["Stripe key", /\b[sr]k_live_[A-Za-z0-9]{20,255}/g],
  ["Slack token", /\bxox[abeprs]-[A-Za-z0-9-]{20,255}/g],
  ["Google key", /\bAIza[A-Za-z0-9_-]{35}\b/g],
  ["npm token", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["DigitalOcean token", /\bdop_v1_[a-f0-9]{64}\b/g],
  ["Hugging Face token", /\bhf_[A-Za-z0-9]{34,64}\b/g],
];

/** Words that stand in made-up values of documentation and tests. */
const madeUp = /example|sample|test|dummy|fake|placeholder|redacted|xxxx|your[_-]|0000|1234|abcd/i;

/**
 * Masks secrets in what a tool gave back: known values of credentials, and formats that cannot be anything else. Everything else
 * stays to the byte: a hash, an id, a lock file or somebody's code must come through. `shown` holds files (absolute) whose content a
 * decision has let into the agent's context: their values stay.
 */
export function maskOutput(text: string, findKnown: FindKnown, shown: ReadonlySet<string>): string {
  let masked = maskKnown(text, findKnown(text), shown);
  for (const [what, pattern] of formats) {
    masked = masked.replace(pattern, (value) => (isRandom(value) ? `‹${what}›` : value));
  }
  return masked;
}

function maskKnown(text: string, known: readonly KnownSecret[], shown: ReadonlySet<string>): string {
  const allowed = new Set(
    known.flatMap(({ start, end, file }) =>
      file !== undefined && shown.has(file) ? [`${start} ${end}`] : [],
    ),
  );
  const secrets = known
    .filter(
      ({ start, end, name, named }) => (named || tellingName.test(name)) && !allowed.has(`${start} ${end}`),
    )
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let masked = "";
  let position = 0;
  for (const { start, end, name } of secrets) {
    if (start >= position) {
      masked += `${text.slice(position, start)}‹${name}›`;
      position = end;
    }
  }
  return masked + text.slice(position);
}

/** Real keys look like nothing: a long stretch of many different characters with digits among them, and no word of documentation. */
function isRandom(value: string): boolean {
  const longestWord = Math.max(0, ...(value.match(/[a-z]+/g) ?? []).map(({ length }) => length));
  const isLong = value.length >= 300;
  return (
    /\d/.test(value) &&
    /[A-Za-z0-9]{12}/.test(value) &&
    new Set(value).size >= 14 &&
    (isLong || (longestWord < 9 && !madeUp.test(value)))
  );
}
