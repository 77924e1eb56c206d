import assert from "node:assert/strict";
import { test } from "node:test";
import { packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { hover } from "../../src/language/hover.ts";
import { cursorText } from "./cursor-text.ts";

const vocabulary = packagedCatalogue();

const cases: readonly {
  readonly name: string;
  readonly text: string;
  readonly says?: RegExp;
  readonly word?: string;
}[] = [
  {
    name: "a key",
    text: "session_scope:\n  sig▮nal:\n    default: open\n",
    says: /may enter the agent's context/,
    word: "signal",
  },
  {
    name: "a key with its default",
    text: "enforce▮ment: observe\n",
    says: /Default: enforce/,
    word: "enforcement",
  },
  {
    name: "an operation",
    text: 'session_scope:\n  domain:\n    blocked_actions: ["railway:volume_▮delete"]\n',
    says: /cannot be undone[^]*railway volume delete/,
    word: "railway:volume_delete",
  },
  {
    name: "an operation by another name",
    text: "policies:\n  kill:\n    - action: kuber▮netes:delete:namespaces\n",
    says: /\*\*kubernetes:delete:namespace/,
  },
  {
    name: "a group",
    text: "session_scope:\n  domain:\n    allowed_apis:\n      - railway:domain_▮management\n",
    says: /a group of Railway/,
  },
  {
    name: "a glob",
    text: 'session_scope:\n  domain:\n    allowed_apis:\n      - "railway:▮*"\n',
    says: /Every operation of Railway/,
  },
  { name: "a provider", text: "policies:\n  kill:\n    - provider: ra▮ilway\n", says: /backboard\.railway/ },
  {
    name: "a credential",
    text: "session_scope:\n  signal:\n    blocked_credentials: [railway_cli_▮admin_token]\n",
    says: /railway_cli_admin_token/,
  },
  {
    name: "a name that nobody knows",
    text: 'session_scope:\n  domain:\n    blocked_actions: ["railway:vol▮cano"]\n',
  },
  { name: "a comment", text: "# sig▮nal\n" },
  { name: "nothing", text: "policies:\n  kill: []\n▮\n" },
];

for (const { name, text: marked, says, word } of cases) {
  test(`hover: ${name}`, () => {
    const { text, offset } = cursorText(marked);
    const found = hover(text, offset, vocabulary);
    if (says === undefined) {
      assert.equal(found, undefined);
      return;
    }
    assert.match(found?.markdown ?? "", says);
    if (word !== undefined && found !== undefined) {
      assert.equal(text.slice(found.start, found.end), word);
    }
  });
}
