import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { loadApproverKey, type SecretStore } from "../../src/editor/approver-key.ts";

function secrets(kept = new Map<string, string>()): SecretStore & { readonly kept: Map<string, string> } {
  return {
    kept,
    get: (name) => Promise.resolve(kept.get(name)),
    store: (name, value) => {
      kept.set(name, value);
      return Promise.resolve();
    },
  };
}

test("key: made once, kept, and its signatures verify", async () => {
  const store = secrets();
  const key = await loadApproverKey(store);
  const again = await loadApproverKey(store);
  assert.equal(again.publicKey, key.publicKey);
  assert.match(key.fingerprint, /^[0-9a-f]{16}$/);
  const spki = createPublicKey({ key: Buffer.from(key.publicKey, "base64"), format: "der", type: "spki" });
  const signature = Buffer.from(again.sign("grüße"), "base64");
  assert.equal(verify(null, Buffer.from("grüße"), spki, signature), true);
  assert.equal(verify(null, Buffer.from("gruesse"), spki, signature), false);
});

test("key: two windows that start at once end up with one key", async () => {
  const store = secrets();
  const [a, b] = await Promise.all([loadApproverKey(store), loadApproverKey(store)]);
  assert.equal(a.publicKey, b.publicKey);
});

test("key: a stored value that is no Ed25519 key is replaced", async () => {
  const store = secrets(new Map([["signalbox.approverKey", "not a key"]]));
  const key = await loadApproverKey(store);
  assert.notEqual(store.kept.get("signalbox.approverKey"), "not a key");
  assert.equal((await loadApproverKey(store)).publicKey, key.publicKey);
});

test("key: the enrolled one outlives what another window stored meanwhile", async () => {
  const store = secrets();
  const enrolled = await loadApproverKey(store);
  store.kept.delete("signalbox.approverKey");
  await loadApproverKey(store);
  await enrolled.keep();
  assert.equal((await loadApproverKey(store)).publicKey, enrolled.publicKey);
});

test("key: a storage that keeps nothing is an error, not a key that is lost at reload", async () => {
  const forgetful: SecretStore = { get: () => Promise.resolve(undefined), store: () => Promise.resolve() };
  await assert.rejects(loadApproverKey(forgetful), /does not keep/);
});
