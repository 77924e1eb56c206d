import assert from "node:assert/strict";
import { test } from "node:test";
import { pendingNotice, pendingText, pendingTooltip } from "../../src/editor/pending-policy-text.ts";

const looser = {
  summary: "17 operations become possible",
  loosens: [{ text: "railway:domain_management (17 operations): ask → allow" }],
};
const tighter = { summary: "nothing becomes possible", loosens: [] };

test("pending: how many operations become possible, in the status bar and as a sentence", () => {
  assert.equal(pendingText(new Map([["/w/shop", looser]])), "$(law) 17 operations to approve");
  const more = {
    ...looser,
    summary: "906 operations, 1 credential's use and 26 kinds of effects become possible",
  };
  assert.equal(pendingText(new Map([["/w/shop", more]])), "$(law) 906 operations to approve");
  assert.equal(pendingText(new Map([["/w/shop", tighter]])), "$(law) policy to approve");
  assert.equal(
    pendingText(
      new Map([
        ["/w/shop", looser],
        ["/w/docs", tighter],
      ]),
    ),
    "$(law) 2 policies await approval",
  );
  assert.equal(pendingText(new Map()), "");
  assert.equal(
    pendingNotice("/w/shop", looser),
    "Signalbox: the policy of shop waits for you: once you approve it, 17 operations become possible. Until then it only tightens.",
  );
});

test("pending: the user's own policy is called that", () => {
  assert.match(
    pendingNotice("user", looser),
    /^Signalbox: your own policy for every workspace waits for you: /,
  );
  assert.match(pendingNotice("/w/user", looser), /^Signalbox: the policy of user waits for you: /);
  assert.match(
    pendingTooltip(new Map([["user", looser]])),
    /^Once you approve your own policy for every workspace, 17 operations become possible\n/,
  );
});

test("pending: the tooltip lists what becomes possible, and counts what is too much", () => {
  const many = {
    ...looser,
    loosens: Array.from({ length: 20 }, (_, index) => ({ text: `operation ${index}` })),
  };
  const lines = pendingTooltip(new Map([["/w/shop", many]])).split("\n");
  assert.equal(lines[0], "Once you approve the policy of /w/shop, 17 operations become possible");
  assert.equal(lines.filter((line) => line.startsWith("- operation")).length, 12);
  assert.ok(lines.includes("- and 8 more changes"));
});

test("pending: a folder's name cannot add a button or an icon", () => {
  const evil = "/w/[Approve](command:signalbox.approvePolicy) $(check)\n";
  assert.doesNotMatch(pendingNotice(evil, looser), /\]\(command|\$\(check|\n/);
  assert.doesNotMatch(pendingTooltip(new Map([[evil, looser]])), /\]\(command|\$\(check/);
});
