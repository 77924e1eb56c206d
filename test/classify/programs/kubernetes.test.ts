import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand } from "../http/world.ts";

const cwd = "/work/shop";

const manifests: Readonly<Record<string, string>> = {
  [`${cwd}/web.yaml`]: "apiVersion: apps/v1\nkind: Deployment\nspec: {}\n---\nkind: Service\n",
  [`${cwd}/all.yaml`]:
    "kind: Namespace\nmetadata: {name: x}\n---\nkind: RoleBinding\nroleRef:\n  kind: ClusterRole\n",
  [`${cwd}/list.yaml`]: "kind: List\nitems:\n- kind: PersistentVolumeClaim\n- kind: Pod\n",
  [`${cwd}/set.json`]: '{"apiVersion": "apps/v1", "kind": "StatefulSet"}',
  "/home/dev/.kube/config": "apiVersion: v1\ncurrent-context: staging-eu\nkind: Config\n",
};

const local = { ...manifests, "/home/dev/.kube/config": "current-context: kind-dev\n" };

interface Case {
  readonly command: string;
  readonly kinds: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly reach?: "local" | "remote";
  readonly environment?: string;
}

const cases: readonly Case[] = [
  {
    command: "kubectl delete -f web.yaml",
    kinds: ["delete:deployment", "delete:service"],
    environment: "staging-eu",
  },
  { command: "kubectl delete -f all.yaml", kinds: ["delete:namespace", "delete:rolebinding"] },
  { command: "kubectl delete -f list.yaml", kinds: ["delete:persistentvolumeclaim", "delete:pod"] },
  {
    command: "kubectl delete -f set.json -f web.yaml",
    kinds: ["delete:statefulset", "delete:deployment", "delete:service"],
  },
  { command: "kubectl delete -f - < all.yaml", kinds: ["delete:namespace", "delete:rolebinding"] },
  { command: "cat web.yaml | kubectl delete -f -", kinds: ["delete:deployment", "delete:service"] },
  { command: "kubectl replace --force -f set.json", kinds: ["delete:statefulset"] },
  { command: "kubectl delete -f https://example.com/x.yaml", kinds: ["delete:object"] },
  { command: "kubectl delete $(cat names)", kinds: ["delete:object"] },
  {
    command: "kubectl delete ns shop",
    kinds: ["delete:namespace"],
    files: local,
    reach: "local",
    environment: "kind-dev",
  },
  {
    command: "kubectl --context kind-dev --context prod delete ns shop",
    kinds: ["delete:namespace"],
    files: local,
    environment: "prod",
  },
  {
    command: "kubectl --context prod delete ns shop",
    kinds: ["delete:namespace"],
    files: local,
    environment: "prod",
  },
  {
    command: "kubectl config use-context prod; kubectl delete ns shop",
    kinds: ["use_context", "delete:namespace"],
    files: local,
    environment: "prod",
  },
  {
    command: "KUBECONFIG=/work/prod.conf kubectl delete ns shop",
    kinds: ["delete:namespace"],
    files: local,
    environment: "/work/prod.conf",
  },
  { command: "kubectl --kubeconfig other.conf delete ns shop", kinds: ["delete:namespace"], files: local },
  {
    command: "kubectl --server http://localhost:8001 delete ns shop",
    kinds: ["delete:namespace"],
    files: local,
  },
  { command: "k3s kubectl delete ns shop", kinds: ["delete:namespace"] },
  { command: "docker run --rm bitnami/kubectl:1.30 delete ns shop", kinds: ["delete:namespace"] },
];

for (const { command, kinds, files = manifests, reach = "remote", environment } of cases) {
  test(command, () => {
    const found = classifyCommand(command, { files, cwd }).actions.filter(
      (action) => action.provider === "kubernetes",
    );
    assert.deepEqual(
      found.map((action) => action.operation),
      kinds,
    );
    const last = found.at(-1);
    assert.equal(last?.reach, reach);
    if (environment !== undefined) {
      assert.equal(last?.target.environment, environment);
    }
    const irreversible = found.some((action) =>
      action.effects.some((effect) => effect.startsWith("irreversible")),
    );
    assert.equal(
      irreversible,
      reach === "remote" && /namespace|persistent|statefulset/.test(kinds.join(" ")),
    );
  });
}

test("a file that decides what is deleted is bound to the decision", () => {
  const { inputs } = classifyCommand("kubectl delete -f web.yaml", { files: manifests, cwd });
  assert.deepEqual(
    inputs.map((input) => input.path),
    [`${cwd}/web.yaml`],
  );
});
