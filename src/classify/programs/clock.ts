import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

const setting: ReadonlyMap<string, RegExp> = new Map([
  ["date", /(?:^|\s)(?:-\w*s(?:\s|=|$)|--set\b|\d{8}(?:\d{2}){0,2}(?:\.\d\d)?(?:\s|$))/],
  ["timedatectl", /(?:^|\s)set-(?:time|ntp|timezone|local-rtc)\b/],
  ["hwclock", /(?:^|\s)(?:-[ws]|--set|--hctosys|--systohc|--adjust)\b/],
  ["ntpdate", /^(?!.*(?:^|\s)-\w*q)\S/],
  ["systemsetup", /-set(?:date|time|usingnetworktime)\b/],
  [
    "faketime",
    /(?:^|\s)(?:\S*\/)?(?:ba|z|da|k|fi)?sh$|(?:^|\s)(?:claude|codex|copilot|gemini|cursor-agent)(?:\s|$)/,
  ],
]);

/** The clock: what expires, and in which order things happened, is read from it. */
export const clock: ProgramRule = {
  programs: [...setting.keys()],
  examples: {
    matches: [
      { command: "date -s '2020-01-01'", actions: ["system:set_clock"] },
      { command: "sudo date 010100002020", actions: ["system:set_clock"] },
      { command: "date --set='1 hour ago'", actions: ["system:set_clock"] },
      { command: "timedatectl set-time 2020-01-01", actions: ["system:set_clock"] },
      { command: "faketime '2020-01-01' bash", actions: ["system:set_clock"] },
    ],
    misses: [
      { command: "date", actions: ["system:set_clock"] },
      { command: "date +%s", actions: ["system:set_clock"] },
      { command: "date -d '10 days ago' +%F", actions: ["system:set_clock"] },
      { command: "date -d 20200101", actions: ["system:set_clock"] },
      { command: "date -u -r 1700000000", actions: ["system:set_clock"] },
      { command: "timedatectl status", actions: ["system:set_clock"] },
      { command: "faketime '2020-01-01' npm test", actions: ["system:set_clock"] },
    ],
  },
  judge(invocation, scope) {
    const { program, words } = invocation;
    const text = words
      .slice(1)
      .filter(
        (_word, index) =>
          !(
            program === "date" && /^(?:-\w*[drfj]|--date|--reference|--file)$/.test(words[index]?.text ?? "")
          ),
      )
      .map((word) => word.text)
      .join(" ");
    if (setting.get(program)?.test(text) === true) {
      report(scope, invocation, {
        action: "system:set_clock",
        effects: ["system_modification"],
        target: "the clock",
        because: `\`${program}\` changes what time it is`,
      });
    }
  },
};
