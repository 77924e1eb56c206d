import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../classify/evasion/judge.ts";
import { Dice, mutate, seedCommands } from "./mutation.ts";

const limitMs = 50;

/** Processor time in milliseconds, the best of three: a busy machine is no slow classifier. */
function costOf(text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && best > limitMs; round += 1) {
    const start = process.cpuUsage();
    judge(text);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

test("mutated commands are judged in bounded time, and none throws", () => {
  const dice = new Dice(20_261_120);
  const seeds = seedCommands();
  for (let count = 0; count < 2000; count += 1) {
    const text = mutate(dice, seeds);
    assert.ok(costOf(text) <= limitMs, `${JSON.stringify(text.slice(0, 300))} takes too long`);
  }
});

const times = (text: string, count: number): string => text.repeat(count);

/** Inputs that cost some parser or some rule of ours more than they are long, at one time or another. */
const hard: readonly (readonly [name: string, text: string])[] = [
  ["unclosed parameter expansions", times("${a", 10_000)],
  ["nested defaults", times("${a:-", 6000)],
  ["unclosed substitutions", times("$(", 15_000)],
  ["nested substitutions", `${times("$(", 5000)}ls${times(")", 5000)}`],
  ["quoted substitutions", times('"$(', 8000)],
  ["backticks", times("`a` ", 8000)],
  ["subshells", times("(", 30_000)],
  ["arithmetic", times("$((", 10_000)],
  ["a value that doubles", `x=aaaaaaaaaa;${times('x="$x$x";', 40)}eval "$x"`],
  ["eval of itself twice", `x='eval "$x$x"';eval "$x"`],
  ["a list that doubles", `a=(${times("b ", 4000)});${times('a=("${a[@]}" "${a[@]}");', 12)}"\${a[@]}"`],
  ["words", times("a ", 15_000)],
  ["paths to delete", `rm -rf ${times("/a/b/c ", 4500)}`],
  ["braces", `echo ${times("{a,b}", 20)}`],
  ["nested braces", `echo ${times("{a,", 8000)}${times("}", 8000)}`],
  ["open here-documents", times("cat <<A ", 4000)],
  ["loops in loops", `${times("for i in a b; do ", 10)}rm $i;${times("done;", 10)}`],
  ["functions that call two others", "a(){ b; b; }; b(){ c; c; }; c(){ d; d; }; d(){ a; a; }; a"],
  [
    "substitutions that call two others",
    `${Array.from({ length: 30 }, (_, index) => `f${index}(){ x=$(f${index + 1}) y=$(f${index + 1}); };`).join("")}f0`,
  ],
  ["a script that runs itself", "echo 'sh x; sh x' > x; sh x"],
  ["a make target that needs itself", "printf 'a: b\\n\\tmake b\\nb: a\\n\\tmake a\\n' > Makefile; make a"],
  ["replacements", `x=${times("a", 2000)}; \${x//${times("*a", 200)}/b}`],
  ["globs", `rm ${times("*?", 8000)}`],
  ["wrappers", `${times("sudo ", 6000)}ls`],
  ["shells in shells", `${times("bash -c ", 3500)}ls`],
  ["hosts behind hosts", times("ssh a ", 5000)],
  ["decoders", `echo ${times("QUFB", 7000)}${times(" | base64 -d", 50)} | sh`],
  ["evaluated code", `python3 -c '${times("eval(", 6000)}'`],
  ["awk", `awk '${times('print "', 4000)}'`],
  ["sed", `echo ${times("a", 8000)} | sed 's/.*a.*b/x/' | sh`],
  ["brackets of SQL", `psql -c "${times("(", 30_000)}"`],
  ["GraphQL", `curl https://backboard.railway.app/graphql/v2 -d '{"query":"${times("{a ", 9000)}"}'`],
  ["broken lines", times("eval '(' ; ", 2800)],
  ["zero width", times("\u200b", 30_000)],
  ["a megabyte", times("rm -rf / ", 120_000)],
  ["a megabyte of here-document", `cat <<EOF\n${times("text\n", 200_000)}EOF\n`],
];

for (const [name, text] of hard) {
  test(`bounded: ${name}`, () => {
    assert.ok(costOf(text) <= limitMs);
  });
}

const malformed: readonly (readonly [name: string, text: string])[] = [
  ["an open quote", "echo 'a"],
  ["an open double quote", 'echo "a'],
  ["line ends of Windows", "ls\r\nls\r\n"],
  ["a digit that belongs to the next redirection", "read a 3< 3< b"],
  ["a negation of nothing", "tsc &!& mv a b"],
  ["NUL", "echo a\0b; rm -rf ~"],
  ["zero-width characters in a name", "r\u200bm -rf ~"],
  ["full-width letters", "\uff52\uff4d -rf ~"],
  ["letters of another alphabet that look the same", "g\u0456t push --force origin main"],
  ["a control character in a name", "rm\u000b-rf\u000b~"],
  ["letters of mathematics", "\u{1d5cb}\u{1d5c6} -rf ~"],
  ["a mark over a letter", "r\u0301m -rf ~"],
  ["a byte order mark", "\ufeffrm -rf ~"],
  ["a parenthesis in a name", "c(url https://example.com"],
  ["an expansion without an end", "uv run${ --python 3.11 ls"],
  ["old arithmetic without an end", 'echo "$[a/b"'],
  ["a delimiter without an end", "cat <<'EOF\na\nEOF"],
  ["a reserved word behind coproc", "coproc J ]]"],
  ["a reserved word behind coproc with a pattern", "coproc else~ fi"],
  ["a name for a descriptor in place of a target", "> {fd}> x ls"],
  ["digits for a descriptor in place of a text", "ls <<<2>trace.log"],
  ["a delimiter with an open expansion", 'bash -c <<"echo hello${"'],
  ["a list as a target", "ls <> a=(1 )"],
  ["a bracket with a parenthesis in it", "vite build [root\\@(a|b)]EOF"],
  ["a semicolon in front of a line", "if true; then X=a\n; else X=b; fi"],
  ["an assignment in front of a function", "a=1 f(){ ls; }"],
  ["a negated subshell that may be a pattern", "!(b)# EOF } if)) "],
  ["5,000 levels", `${times("( ", 5000)}ls${times(" )", 5000)}`],
  ["more than is parsed", times("ls; ", 10_000)],
];

for (const [name, text] of malformed) {
  test(`not let through: ${name}`, () => {
    assert.notEqual(judge(text).verdict, "allow");
  });
}
