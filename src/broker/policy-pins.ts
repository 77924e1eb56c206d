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
 * The approved policy of a workspace: undefined where there is none, an error where both its file and the copy are damaged,
 * were signed by nobody who is enrolled, or are another workspace's.
 */
export function readPin(
  folder: string,
  workspace: string,
  keys: ApproverKeys,
): Result<PolicyPin | undefined> {
  const pin = readFrom(pinPath(folder, workspace), workspace, keys);
  if (pin.ok && pin.value !== undefined) {
    return pin;
  }
  const copy = readFrom(copyPath(folder, workspace), workspace, keys);
  return copy.ok && copy.value === undefined ? pin : copy.ok || pin.ok ? copy : pin;
}

function readFrom(file: string, workspace: string, keys: ApproverKeys): Result<PolicyPin | undefined> {
  const text = readOwnFile(file);
  if (!text.ok) {
    return text;
  }
  if (text.value === undefined) {
    return ok(undefined);
  }
  const pin = parsePin(text.value);
  if (pin === undefined) {
    return err("the approved policy's file is damaged");
  }
  return pin.approval.workspace === workspace && isGenuine(pin, keys)
    ? ok(pin)
    : err("the approved policy's signature does not hold");
}

/** True where a policy was approved for a workspace, whether or not the approval still holds. */
export function hasPin(folder: string, workspace: string): boolean {
  return existsSync(pinPath(folder, workspace)) || existsSync(copyPath(folder, workspace));
}

/**
 * Keeps an approval. Durable when it returns; throws where it cannot be saved, and where another text was approved since a
 * human was asked: of two questions that wait, the older one must not undo the newer one.
 */
export function writePin(folder: string, pin: PolicyPin, keys: ApproverKeys): void {
  // Whatever nobody signed says nothing about what was approved before.
  const kept = readPin(folder, pin.approval.workspace, keys);
  if (kept.ok && kept.value !== undefined && kept.value.approval.sequence >= pin.approval.sequence) {
    throw new Error("another version of the policy was approved meanwhile; read what is written now");
  }
  const text = `${JSON.stringify({ version: 1, ...pin })}\n`;
  writeDurably(pinPath(folder, pin.approval.workspace), text);
  writeDurably(copyPath(folder, pin.approval.workspace), text);
}

function pinPath(folder: string, workspace: string): string {
  return join(folder, `${digestOf(workspace).slice(0, 32)}.json`);
}

/** Beside the other: what it tightened must not be lost with one damaged file. */
function copyPath(folder: string, workspace: string): string {
  return `${pinPath(folder, workspace)}.copy`;
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
