import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  canonicalJson,
  isJsonObject,
  objectField,
  parseJson,
  stringField,
  type JsonObject,
  type JsonValue,
} from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { looseningBinding, type Loosening } from "../approve/binding.ts";
import type { ExtendedText } from "../policy/extend.ts";
import { hashOfSources, sourcesOf } from "../policy/load.ts";
import { readOwnFile, writeDurably } from "../record/durable-file.ts";
import { digestOf } from "../record/digest.ts";
import { verifySignature, type ApproverKeys } from "./approver-keys.ts";
import type { SignedAnswer } from "./protocol.ts";

export type PolicyApproval = Extract<Loosening, { kind: "policy_approval" }>;

/** A policy text as a human approved it, with the signature that proves it. Kept outside the workspace. */
export interface PolicyPin {
  readonly approval: PolicyApproval;
  readonly text: string;
  /** What it builds on, as it was approved with it. */
  readonly extended?: readonly ExtendedText[];
  /** What the workspace's catalogue said at that time. Nobody signs it: it can only tighten. */
  readonly catalogue?: readonly ExtendedText[];
  readonly signed: SignedAnswer;
  readonly signature: string;
  readonly publicKey: string;
}

/**
 * The approved policy of a workspace: undefined where there is none, an error where the file is damaged, was signed by
 * nobody who is enrolled, or is another workspace's.
 */
export function readPin(
  folder: string,
  workspace: string,
  keys: ApproverKeys,
): Result<PolicyPin | undefined> {
  const text = readOwnFile(pinPath(folder, workspace));
  if (!text.ok) {
    return text;
  }
  if (text.value === undefined) {
    return ok(undefined);
  }
  const pin = parsePin(text.value);
  if (pin === undefined) {
    return err("the approved policy's file is damaged; approve the policy again");
  }
  return pin.approval.workspace === workspace && isGenuine(pin, keys)
    ? ok(pin)
    : err("the approved policy's signature does not hold; approve the policy again");
}

/** True where a policy was approved for a workspace, whether or not the approval still holds. */
export function hasPin(folder: string, workspace: string): boolean {
  return existsSync(pinPath(folder, workspace));
}

/**
 * Keeps an approval. Durable when it returns; throws where it cannot be saved, and where another text was approved since a
 * human was asked: of two questions that wait, the older one must not undo the newer one.
 */
export function writePin(folder: string, pin: PolicyPin): void {
  const before = readOwnFile(pinPath(folder, pin.approval.workspace));
  const kept = before.ok && before.value !== undefined ? parsePin(before.value) : undefined;
  if (
    kept?.approval.workspace === pin.approval.workspace &&
    kept.approval.sequence >= pin.approval.sequence
  ) {
    throw new Error("another version of the policy was approved meanwhile; read what is written now");
  }
  writeDurably(pinPath(folder, pin.approval.workspace), `${JSON.stringify({ version: 1, ...pin })}\n`);
}

function pinPath(folder: string, workspace: string): string {
  return join(folder, `${digestOf(workspace).slice(0, 32)}.json`);
}

function isGenuine(pin: PolicyPin, keys: ApproverKeys): boolean {
  const { approval, text, extended = [], signed, signature, publicKey } = pin;
  const sources = sourcesOf([{ file: approval.file, text }, ...extended], digestOf);
  const binding = looseningBinding(approval, digestOf);
  return (
    keys.byPublicKey(publicKey) !== undefined &&
    hashOfSources(sources, digestOf) === approval.textHash &&
    signed.answer === "allow_once" &&
    signed.requestHash === binding.requestHash &&
    signed.policyHash === binding.policyHash &&
    verifySignature(publicKey, canonicalJson(signed), signature)
  );
}

function parsePin(text: string): PolicyPin | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    return undefined;
  }
  const pin: JsonObject = parsed.value;
  const approval = objectField(pin, "approval");
  const understood =
    approval?.["kind"] === "policy_approval" &&
    typeof approval["sequence"] === "number" &&
    ["workspace", "file", "textHash"].every((name) => stringField(approval, name) !== undefined) &&
    objectField(pin, "signed") !== undefined &&
    ["text", "signature", "publicKey"].every((name) => stringField(pin, name) !== undefined) &&
    (pin["extended"] === undefined || isTexts(pin["extended"])) &&
    (pin["catalogue"] === undefined || isTexts(pin["catalogue"]));
  return understood ? (pin as unknown as PolicyPin) : undefined;
}

/** True for a list of files with their texts. */
export function isTexts(
  value: JsonValue | undefined,
): value is JsonValue & readonly (ExtendedText & JsonObject)[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: JsonValue) =>
        isJsonObject(one) && stringField(one, "file") !== undefined && stringField(one, "text") !== undefined,
    )
  );
}
