import type { ProgramRule } from "../scope.ts";
import { knownWord } from "../shell/word.ts";

/** Options for signing, each with a value; the rest is written as for `curl`. */
const signing = /^--(?:service|region|profile|access_key|secret_key|security_token|session_token)$/;

/** Clients that sign a request to AWS and send it as `curl` would. */
export const signedRequests: ProgramRule = {
  programs: ["awscurl"],
  examples: {
    matches: [
      {
        command:
          "awscurl --service ec2 --region eu-west-1 'https://ec2.eu-west-1.amazonaws.com/?Action=StopInstances'",
        actions: ["aws:ec2:StopInstances"],
      },
    ],
    misses: [
      {
        command: "awscurl --service ec2 'https://ec2.eu-west-1.amazonaws.com/?Action=DescribeInstances'",
        actions: ["aws:ec2:StopInstances"],
      },
    ],
  },
  judge({ words, start, end, stdin }, scope) {
    const rest = words.slice(1).filter((word, index, all) => {
      const before = all[index - 1]?.text ?? "";
      return (
        !signing.test(word.text) && !signing.test(before) && !signing.test(word.text.split("=")[0] ?? "")
      );
    });
    scope.command([knownWord("curl", start, end), ...rest], stdin);
  },
};
