import { verdicts } from "../../model/verdict.ts";
import { policySchema, type Field, type Shape } from "../../policy/schema.ts";

const prose: Shape = { kind: "name", names: "prose" };
/** A text by name, where the author chooses the names. */
const texts: Shape = { kind: "record", names: "prose", value: prose };

const map = (keys: Readonly<Record<string, Field>>): Extract<Shape, { kind: "map" }> => ({
  kind: "map",
  keys,
});

const verdict: Shape = { kind: "word", words: verdicts };

/** What may stand at the top as well, for all cases of the file. */
const given: Readonly<Record<string, Field>> = {
  agent: { shape: { kind: "name", names: "agent" }, description: "The agent that makes the request." },
  task: {
    shape: { kind: "name", names: "task" },
    description: "The task of the policy that the session is bound to.",
  },
  files: {
    shape: texts,
    description:
      "Contents by path: all that lies on the machine of the test. Relative paths start at the workspace, `~` at the home.",
  },
  environment: { shape: texts, description: "Variables of the agent's environment." },
};

const write = map({
  path: { shape: prose, required: true, description: "The file that is written." },
  content: { shape: prose, description: "What is written into it." },
});

const call = map({
  server: { shape: prose, required: true, description: "Name of the MCP server." },
  tool: { shape: prose, required: true, description: "Name of its tool." },
  input: { shape: texts, description: "What the tool is given." },
});

const request = map(
  Object.fromEntries(
    "id kind command shell path content server tool input method url headers body cwd agent"
      .split(" ")
      .map((key): [string, Field] => [
        key,
        { shape: prose, description: "As in a request of `signalbox check --jsonl`." },
      ]),
  ),
);

/** The ways to write a request, of which a case has one. */
const forms: Readonly<Record<string, Field>> = {
  request: {
    shape: request,
    description: "Any request, with the keys of a line for `signalbox check --jsonl`.",
  },
  run: { shape: prose, description: "A command line, as the agent would have bash run it." },
  read: { shape: prose, description: "A file that the agent reads." },
  write: { shape: { kind: "either", text: prose, map: write }, description: "A file that the agent writes." },
  call: { shape: call, description: "A call of an MCP tool." },
};

const expectation = map({
  verdict: { shape: verdict, required: true, description: "What has to become of the request." },
  rule: {
    shape: prose,
    description:
      "A rule that has to be among those that decide: a pointer into the policy, `baseline:` and a pointer, or `file:line`.",
  },
  actions: {
    shape: { kind: "list", item: { kind: "name", names: "api" } },
    description: "Operations that the request has to amount to, among others.",
  },
  reason: { shape: prose, description: "A part of the reason that is given." },
});

const cases = map({
  name: { shape: prose, description: "What the case is about, for the report." },
  ...forms,
  ...given,
  expect: {
    shape: { kind: "either", text: verdict, map: expectation },
    required: true,
    description: "What has to become of the request: a verdict, or a map with more to say.",
  },
  because: { shape: prose, description: "Why that is expected, for whoever sees it fail." },
});

/** The keys of a `*.test.yaml`. The reader takes its keys from here; completions and hover their texts. */
export const testSchema: Extract<Shape, { kind: "map" }> = map({
  description: { shape: prose, description: "What the file tests." },
  policy: {
    shape: { kind: "either", text: prose, map: policySchema },
    default: "the policy beside the test file",
    description: "The policy: a path from this file, or the policy itself.",
  },
  ...given,
  cases: {
    shape: { kind: "list", item: cases },
    required: true,
    description: "Requests with what has to become of them.",
  },
});

/** The keys of each map, in the order in which they are told. */
export const testKeys: Readonly<
  Record<"top" | "case" | "form" | "write" | "call" | "request" | "expectation", readonly string[]>
> = {
  top: Object.keys(testSchema.keys),
  case: Object.keys(cases.keys),
  form: Object.keys(forms),
  write: Object.keys(write.keys),
  call: Object.keys(call.keys),
  request: Object.keys(request.keys),
  expectation: Object.keys(expectation.keys),
};
