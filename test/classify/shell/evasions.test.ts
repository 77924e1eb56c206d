import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand, idsOf, seriousEffects } from "../classify-command.ts";

const body = String.raw`{"query":"mutation { volumeDelete(volumeId: \"vol_1\") }"}`;
const url = "https://backboard.railway.app/graphql/v2";
const incident = `curl -s -X POST ${url} -H 'Authorization: Bearer test-token-not-real' -d '${body}'`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");
const reversed = (text: string): string => Array.from(text).toReversed().join("");
const octal = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Ways of running one command line so that it reads differently. */
const techniques: readonly (readonly [string, (command: string) => string])[] = [
  ["as it is", (command) => command],
  ["behind another command", (command) => `true && ${command}`],
  ["behind a newline", (command) => `ls\n${command}`],
  ["in the background", (command) => `${command} & wait`],
  ["in a subshell", (command) => `(cd . && ${command})`],
  ["in a group", (command) => `{ ${command}; }`],
  ["negated", (command) => `! ${command}`],
  ["timed", (command) => `time -p ${command}`],
  ["in a branch", (command) => `if true; then ${command}; fi`],
  ["in a loop", (command) => `for i in 1; do ${command}; done`],
  ["in a function", (command) => `f() { ${command}; }; f`],
  ["in a substitution", (command) => `echo "$(${command})"`],
  ["bash -c", (command) => `bash -c ${quoted(command)}`],
  ["sh -c inside bash -c", (command) => `bash -c ${quoted(`sh -c ${quoted(command)}`)}`],
  ["eval", (command) => `eval ${quoted(command)}`],
  ["a variable and eval", (command) => `X=${quoted(command)}; eval "$X"`],
  ["a here-document", (command) => `bash <<'END'\n${command}\nEND`],
  ["a here-string", (command) => `sh <<< ${quoted(command)}`],
  ["echo into sh", (command) => `echo ${quoted(command)} | sh`],
  ["base64", (command) => `echo ${base64(command)} | base64 -d | bash`],
  ["base64 in a substitution", (command) => `eval "$(echo ${base64(command)} | base64 --decode)"`],
  ["hex", (command) => `echo ${hex(command)} | xxd -r -p | sh`],
  ["rev", (command) => `echo ${quoted(reversed(command))} | rev | sh`],
  ["printf with octal", (command) => `printf ${quoted(octal(command))} | sh`],
  ["sudo", (command) => `sudo -n ${command}`],
  ["env", (command) => `env A=1 ${command}`],
  ["timeout and nice", (command) => `timeout 30 nice -n 10 ${command}`],
  ["nohup", (command) => `nohup ${command}`],
  ["xargs", (command) => `echo ${quoted(command)} | xargs -I{} true; xargs -n1 </dev/null; ${command}`],
  ["a file", (command) => `cat > /tmp/x.sh <<'END'\n${command}\nEND\nbash /tmp/x.sh`],
  ["a trap", (command) => `trap ${quoted(command)} EXIT`],
  ["python", (command) => `python3 -c ${quoted(`import os; os.system(${JSON.stringify(command)})`)}`],
  ["node", (command) => `node -e ${quoted(`require("child_process").execSync(${JSON.stringify(command)})`)}`],
  ["a git alias", (command) => `git -c ${quoted(`alias.x=!${command}`)} x`],
  ["awk", (command) => (command.includes("'") ? command : `awk 'BEGIN { system("${command}") }'`)],
  ["script", (command) => `script -q -c ${quoted(command)} /dev/null`],
  ["find", (command) => (command.includes("'") ? command : `find . -maxdepth 0 -exec ${command} \\;`)],
];

for (const [name, spell] of techniques) {
  test(`the volume is seen to be deleted: ${name}`, () => {
    const found = classifyCommand(spell(incident));
    assert.ok(idsOf(found).includes("railway:volume_delete"), idsOf(found).join(", "));
  });
  test(`the home folder is seen to be deleted: ${name}`, () => {
    const found = classifyCommand(spell("rm -rf ~"));
    const deletion = found.actions.find(
      (action) => action.operation === "delete" && action.effects.includes("irreversible_data_deletion"),
    );
    assert.equal(deletion?.target.display, "/home/dev");
  });
  test(`a harmless command stays harmless: ${name}`, () => {
    assert.deepEqual(
      seriousEffects(classifyCommand(spell("ls -la"))).filter((effect) => effect !== "opaque"),
      [],
    );
  });
}

/** Words of one dangerous command, each spelled in another way. */
const spellings = [
  `\\rm -rf ~`,
  `"rm" "-rf" ~`,
  `r'm' -r''f ~/`,
  `$'\\x72\\x6d' -rf ~`,
  `/bin/rm -rf ~`,
  `rm -r -f -- ~`,
  `rm --recursive --force ~`,
  `rm --recurs ~`,
  `rm -fr "$HOME"`,
  `rm -rf \${HOME}`,
  `rm -rf /home/dev/`,
  `rm -rf /home//dev/.`,
  `rm -rf ~/../dev`,
  `cd ~ && rm -rf ./`,
  `cd && rm -rf *`,
  `rm -rf ~/*`,
  `rm -rf /home/*`,
  `command rm -rf ~`,
  `builtin command rm -rf ~`,
  `exec rm -rf ~`,
  `unlink x; rm -rf ~`,
  `{rm,-rf,/home/dev}`,
  `IFS=,; X=rm,-rf; rm -rf ~`,
  `x=~; rm -rf $x`,
  `x=/home; y=dev; rm -rf $x/$y`,
  `find ~ -delete`,
  `find ~ -type f -exec shred -u {} +`,
  `find ~ | xargs rm -rf`,
  `rm -rf -- "$(echo ~)"`,
  `perl -e 'system("rm -rf /home/dev")'`,
  `ruby -e 'FileUtils.rm_rf("/home/dev")'`,
  `mv ~ /tmp/gone`,
  `rsync -a --delete /tmp/empty/ ~/`,
];

for (const command of spellings) {
  test(`stopped: ${command}`, () => {
    assert.notDeepEqual(seriousEffects(classifyCommand(command)), []);
  });
}
