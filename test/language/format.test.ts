import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { formatPolicy } from "../../src/language/format.ts";

function formatted(text: string): string {
  const edit = formatPolicy(text);
  return edit === undefined ? text : text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

const cases: readonly (readonly [name: string, before: string, after: string])[] = [
  [
    "blanks and indentation",
    "policies:\n    kill:\n        -   action_type:   opaque\n            reach: remote\n",
    "policies:\n    kill:\n        - action_type: opaque\n          reach: remote\n",
  ],
  [
    "an indentation of its own in one place",
    "policies:\n  kill:\n      - action_type: opaque\n  deny:\n    - action_type: deployment\n",
    "policies:\n  kill:\n    - action_type: opaque\n  deny:\n    - action_type: deployment\n",
  ],
  [
    "lists at their key's margin",
    "policies:\n  kill:\n  -  action_type: opaque\n",
    "policies:\n  kill:\n  - action_type: opaque\n",
  ],
  [
    "comments stay where they are",
    "# top\npolicies: # here\n  # rules\n  kill:\n    # one\n    -  action_type: opaque # why\n# end\n",
    "# top\npolicies: # here\n  # rules\n  kill:\n    # one\n    - action_type: opaque # why\n# end\n",
  ],
  [
    "quotes stay",
    "session_scope:\n  domain:\n    allowed_apis:   ['railway:deploy', \"railway:read\"]\n",
    "session_scope:\n  domain:\n    allowed_apis: ['railway:deploy', \"railway:read\"]\n",
  ],
  [
    "brackets with blanks stay so",
    "policies:\n  deny:\n    -   { action_type: opaque }\n",
    "policies:\n  deny:\n    - { action_type: opaque }\n",
  ],
  [
    "texts and brackets over several lines move with their first line",
    "description:  |\n    one\n      two\n\nsessions:\n    web:\n          description: >-\n              a\n               b\n          agents: [a,\n              b]\n",
    "description: |\n    one\n      two\n\nsessions:\n    web:\n        description: >-\n            a\n             b\n        agents: [a,\n            b]\n",
  ],
  [
    "comments keep their level",
    "policies:\n  kill:\n      # of the rule\n      - action_type: opaque\n        # of its keys\n        reach: remote\n      # at the end of the list\n  # between\n  deny: []\n# top\n",
    "policies:\n  kill:\n    # of the rule\n    - action_type: opaque\n      # of its keys\n      reach: remote\n    # at the end of the list\n  # between\n  deny: []\n# top\n",
  ],
  [
    "dashes within dashes, and a dash alone",
    "policies:\n  kill:\n    -\n       action_type:\n            -   opaque\n            -   deployment\n",
    "policies:\n  kill:\n    -\n      action_type:\n        - opaque\n        - deployment\n",
  ],
  ["JSON", '{ "policies": {"kill": []} }', '{\n  "policies": {\n    "kill": []\n  }\n}\n'],
  ["line ends of Windows", "policies:\r\n  kill:   []\r\n", "policies:\r\n  kill: []\r\n"],
  [
    "an even text stays",
    "policies:\n  kill:\n    - action_type: opaque\n",
    "policies:\n  kill:\n    - action_type: opaque\n",
  ],
  ["a broken text stays", "policies:\n  kill: [\n", "policies:\n  kill: [\n"],
  ["what the language refuses stays", "a:   &b 1\nc: *b\n", "a:   &b 1\nc: *b\n"],
  ["an empty text stays", "", ""],
  ["JSON with a comment stays", '{ "policies": {} } # why\n', '{ "policies": {} } # why\n'],
];

for (const [name, before, after] of cases) {
  test(`format: ${name}`, () => {
    assert.equal(formatted(before), after);
    assert.equal(formatted(after), after, "twice is as once");
  });
}

const folder = join(import.meta.dirname, "..", "..", "policies");
const shipped = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /^(?:baseline|templates\b.*(?<!\.test))\.yaml$/.test(name.replaceAll("\\", "/")))
  .map((name) => readFileSync(join(folder, name), "utf8"));

test("format: what ships is in that style, and a disturbed copy comes back to it", () => {
  assert.ok(shipped.length >= 4);
  for (const text of shipped) {
    assert.equal(formatted(text), text);
    const disturbed = text
      .split("\n")
      .map((line) => line.replace(/^( +)/, "$1$1").replace(/^( *)- /, "$1-   "))
      .map((line) => line.replace(/^( *[\w"][\w" -]*:) (?=\S)/, "$1   "))
      .join("\n");
    const words = (each: string): string => each.replaceAll(/^ +/gm, "");
    assert.notEqual(words(disturbed), words(text));
    assert.equal(words(formatted(disturbed)), words(text));
  }
});

test("format: never throws, never changes the words", () => {
  const piece = fc.constantFrom(
    ..."policies:|kill:|- |  |\n|# why|action_type: opaque|[a, b]|{a: 1}|'q'|\"d\"|\t|&a|*a|---|>|x".split(
      "|",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const words = (each: string): string => [...each.matchAll(/[\w']+/g)].join(" ");
      assert.equal(words(formatted(text)), words(text));
    }),
    { numRuns: 500 },
  );
});
