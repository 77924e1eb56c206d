import assert from "node:assert/strict";
import { test } from "node:test";
import {
  definitionsOf,
  referencesOf,
  renamable,
  rename,
  type FamilyText,
} from "../../src/language/rename.ts";
import { cursorText } from "./cursor-text.ts";

const known = (credential: string): boolean => credential === "railway_cli_admin_token";

function family(
  marked: string,
  others: readonly FamilyText[] = [],
): { readonly family: readonly FamilyText[]; readonly offset: number } {
  const { text, offset } = cursorText(marked);
  return { family: [{ file: "/w/.governance/policy.yaml", text, shipped: false }, ...others], offset };
}

/** The texts with every place in `⟦⟧`. */
function shown(
  texts: readonly FamilyText[],
  places: readonly { file: string; start: number; end: number }[],
): string {
  return texts
    .map(({ file, text }) =>
      places
        .filter((place) => place.file === file)
        .toSorted((a, b) => b.start - a.start)
        .reduce(
          (done, { start, end }) => `${done.slice(0, start)}⟦${done.slice(start, end)}⟧${done.slice(end)}`,
          text,
        ),
    )
    .join("---\n");
}

const credential = `credentials:
  deploy_key:
    provider: railway
    grants: [railway:deploy]
session_scope:
  signal:
    allowed_credentials:
      - "deploy_key"
sessions:
  - name: web
    session_scope:
      signal:
        blocked_credentials: ['deploy_key', railway_cli_admin_token]
policies:
  deny:
    - session: web
    - session: [api, web]
      environment: staging
environments:
  staging:
    railway: [staging]
`;

/** The cursor in the given occurrence of a word. */
function at(word: string, index = 0): ReturnType<typeof family> {
  const start = [...credential.matchAll(new RegExp(`\\b${word}\\b`, "g"))][index]?.index ?? -1;
  assert.ok(start >= 0);
  return family(`${credential.slice(0, start + 2)}▮${credential.slice(start + 2)}`);
}

test("names: a credential's definition, from each of its uses", () => {
  for (const index of [0, 1, 2]) {
    const { family: texts, offset } = at("deploy_key", index);
    assert.equal(
      shown(texts, definitionsOf(texts, offset)),
      credential.replace("deploy_key", "⟦deploy_key⟧"),
    );
  }
});

test("names: a credential's uses, with and without its declaration", () => {
  const { family: texts, offset } = at("deploy_key", 1);
  assert.equal(
    shown(texts, referencesOf(texts, offset, true)),
    credential.replaceAll("deploy_key", "⟦deploy_key⟧"),
  );
  assert.equal(referencesOf(texts, offset, false).length, 2);
});

test("names: sessions that are declared in a list, and environments", () => {
  const web = at("web", 1);
  assert.equal(
    shown(web.family, referencesOf(web.family, web.offset, true)),
    credential.replaceAll("web", "⟦web⟧"),
  );
  const staging = at("staging", 0);
  // The value of `railway` below is how it is recognised there, not its name here.
  assert.equal(
    shown(staging.family, referencesOf(staging.family, staging.offset, true)),
    credential
      .replace("environment: staging", "environment: ⟦staging⟧")
      .replace("  staging:", "  ⟦staging⟧:"),
  );
});

test("names: what is declared in a policy that this one builds on is found there", () => {
  const base: FamilyText = {
    file: "/w/.governance/base.yaml",
    text: "credentials:\n  key: {}\n",
    shipped: false,
  };
  const { family: texts, offset } = family(
    "extends: ./base.yaml\nsession_scope:\n  signal:\n    allowed_credentials: [k▮ey]\n",
    [base],
  );
  assert.deepEqual(definitionsOf(texts, offset), [{ file: base.file, start: 15, end: 18 }]);
});

test("names: nothing is found where no name stands", () => {
  for (const text of ["▮", "poli▮cies: {}", "policies:\n  kill:\n    - action: railway:de▮ploy\n"]) {
    const { family: texts, offset } = family(text);
    assert.deepEqual([definitionsOf(texts, offset), referencesOf(texts, offset, true)], [[], []]);
  }
});

function renamed({ family: texts, offset }: ReturnType<typeof family>, name: string): string {
  const found = renamable(texts, offset, known);
  const edits = found.ok ? rename(texts, found.value, name, known) : found;
  if (!edits.ok) {
    return edits.error;
  }
  return edits.value
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end),
      texts[0]?.text ?? "",
    );
}

test("rename: a credential and a session, everywhere, in their quotes", () => {
  assert.equal(renamed(at("deploy_key", 2), "shop_key"), credential.replaceAll("deploy_key", "shop_key"));
  assert.equal(renamed(at("web", 0), "shop"), credential.replaceAll("web", "shop"));
  assert.equal(renamed(at("web", 0), "web"), credential);
});

const refusals: readonly (readonly [
  name: string,
  at: ReturnType<typeof family>,
  newName: string,
  want: RegExp,
])[] = [
  [
    "a name that nobody declares",
    family("policies:\n  deny:\n    - session: w▮eb\n"),
    "x",
    /no session `web` is declared/,
  ],
  ["a credential of the catalogue", at("railway_cli_admin_token"), "x", /comes with the catalogue/],
  ["an environment", at("staging"), "x", /decides what counts as production/],
  ["a key", family("poli▮cies: {}\n"), "x", /only a credential or a session/],
  ["to a name that stands there", at("web"), "api", /stands in the policy already/],
  [
    "to a credential of the catalogue",
    family("credentials:\n  ke▮y: {}\n"),
    "railway_cli_admin_token",
    /is a credential of the catalogue/,
  ],
  ["to what is no name", at("web"), "a: b", /letters, digits/],
  ["to what YAML reads as a flag", at("web"), "true", /letters, digits/],
  [
    "where a pattern means one of the two only",
    family("credentials:\n  shop_ke▮y: {}\nsession_scope:\n  signal:\n    blocked_credentials: ['shop_*']\n"),
    "key",
    /the pattern `shop_\*` means only one/,
  ],
  [
    "where it stands in what ships",
    family("credentials:\n  ke▮y: {}\n", [
      { file: "signalbox:x", text: "credentials: {key: {}}\n", shipped: true },
    ]),
    "x",
    /ships with Signalbox/,
  ],
];

for (const [name, where, newName, want] of refusals) {
  test(`rename refuses: ${name}`, () => {
    assert.match(renamed(where, newName), want);
  });
}
