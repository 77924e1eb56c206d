import type { Field } from "./schema.ts";

/** Thirty-two times the byte `5A`, in the frame of an Ed25519 key: nobody holds its private half. */
const exampleKey = "MCowBQYDK2VwAyEAWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=";

const sourceKeys: Readonly<Record<string, Field>> = {
  url: {
    shape: { kind: "name", names: "url" },
    required: true,
    example: '"https://policies.example.com/signalbox.json"',
    description:
      "Address of the signed policy, as `signalbox policy sign` writes it. `https`; `http` for this machine alone.",
  },
  key: {
    shape: { kind: "names", names: "key" },
    required: true,
    example: `"${exampleKey}"`,
    description:
      "Public Ed25519 key that must have signed it, as `signalbox policy keygen` prints it. Of several, any one: name the old and the new one while you change keys.",
  },
  refresh: {
    shape: { kind: "duration" },
    default: "1h",
    example: "15m",
    description: "How often it is fetched anew. Decisions never wait for it.",
  },
};

/** Keys at the top of a policy that only layers above the workspace have a use for. */
export const organisationKeys: Readonly<Record<string, Field>> = {
  locked: {
    shape: { kind: "flag" },
    default: "false",
    example: "true",
    description:
      "In an organisation's policy: what layers below it allow or observe (`allowed_apis`, `allowed_files`, `enforcement`) loosens nothing, neither what it says nor what the built-in baseline asks. Their restrictions hold.",
  },
  organisation: {
    shape: { kind: "map", keys: sourceKeys },
    example: `{ url: "https://policies.example.com/signalbox.json", key: "${exampleKey}" }`,
    description:
      "In an organisation's managed file, or in the user's own policy: where the organisation publishes its policy.",
  },
};
