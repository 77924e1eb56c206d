// What telling hidden files from others costs: one path, and all of a large workspace in one pass.
import { createEvaluator } from "../../src/cli/evaluate.ts";
import { filesBelow } from "../../src/boundary/files/tree-lookup.ts";
import { baseline } from "../policy/load-for-test.ts";
import { row, timeUs, type Row } from "./measure.ts";

const endings = ["ts", "js", "md", "json", "py", "css", "go", "yaml", "pem", "env"];
const folders = ["src", "lib", "packages/app/src/components", "test/fixtures", "docs/guide/en", "deploy"];

export function scopeRows(): readonly Row[] {
  const { hiddenSet, visible } = baseline.signal;
  const isHidden = (path: string): boolean => hiddenSet.find(path) >= 0 && visible.find(path) < 0;
  const paths = Array.from({ length: 100_000 }, (_none, index) => {
    const ending = endings[index % (index % 50 === 0 ? 10 : 8)] ?? "ts";
    return `/home/dev/project/${folders[index % folders.length] ?? ""}/part${index % 997}/file${index}.${ending}`;
  });
  const pass = (): number => timeUs(() => paths.forEach(isHidden)) / 1000;
  const each = (path: string): number => timeUs(() => isHidden(path));
  const here = process.cwd();
  const evaluator = createEvaluator({ home: "/home/dev", env: {} });
  const search = (): number =>
    timeUs(() => {
      evaluator.judge({
        context: {
          id: "bench",
          agent: "unknown",
          conversation: "bench",
          boundary: "check",
          workspace: here,
          cwd: here,
        },
        payload: { kind: "shell", command: "grep -rn TODO .", shell: "bash" },
      });
    }) / 1000;
  pass();
  return [
    row("hidden or not, 100,000 paths in one pass", Array.from({ length: 10 }, pass), "ms", "≤ 100 ms"),
    row("hidden or not, one path", paths.slice(0, 20_000).map(each), "us", "≤ 5 us"),
    row(
      "files below this repository",
      Array.from({ length: 20 }, () => timeUs(() => filesBelow(here, isHidden)) / 1000),
      "ms",
      "a few ms",
    ),
    row(
      "classify + decide, a search through this repository",
      Array.from({ length: 20 }, search),
      "ms",
      "a few ms",
    ),
  ];
}
