import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";

/** Where the private key is kept: the editor's SecretStorage, which no file and no agent can read. */
export interface SecretStore {
  get(name: string): PromiseLike<string | undefined>;
  store(name: string, value: string): PromiseLike<void>;
}

/** The human's key in this editor. */
export interface ApproverKey {
  /** SPKI in DER, base64: the form that the broker enrols. */
  readonly publicKey: string;
  /** First 16 hex digits of the SHA-256 over the SPKI, for people. */
  readonly fingerprint: string;
  /** Ed25519 over the UTF-8 text, base64. */
  sign(text: string): string;
  /** Makes this the stored key again: another window may have stored one of its own before this one was enrolled. */
  keep(): Promise<void>;
}

const secretName = "signalbox.approverKey";

/**
 * The key of this editor, made at first use. Another window may make one at the same moment: the one that is stored in
 * the end is the one that both use. A stored value that is no key is replaced.
 */
export async function loadApproverKey(secrets: SecretStore): Promise<ApproverKey> {
  const known = keyOf(secrets, await secrets.get(secretName));
  if (known !== undefined) {
    return known;
  }
  await secrets.store(secretName, newKeyText());
  const kept = keyOf(secrets, await secrets.get(secretName));
  if (kept === undefined) {
    throw new Error("the editor's secret storage does not keep the approver key");
  }
  return kept;
}

/** PKCS #8 in DER, base64. */
function newKeyText(): string {
  return generateKeyPairSync("ed25519")
    .privateKey.export({ format: "der", type: "pkcs8" })
    .toString("base64");
}

function keyOf(secrets: SecretStore, text: string | undefined): ApproverKey | undefined {
  const key = text === undefined ? undefined : privateKeyOf(text);
  if (text === undefined || key?.asymmetricKeyType !== "ed25519") {
    return undefined;
  }
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: spki.toString("base64"),
    fingerprint: createHash("sha256").update(spki).digest("hex").slice(0, 16),
    sign: (message) => sign(null, Buffer.from(message, "utf8"), key).toString("base64"),
    keep: async () => {
      if ((await secrets.get(secretName)) !== text) {
        await secrets.store(secretName, text);
      }
    },
  };
}

function privateKeyOf(text: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" });
  } catch {
    return undefined;
  }
}
