import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyPayload } from "../classify-command.ts";

function isOpaque(command: string, unseenInput: boolean): boolean {
  const payload = { kind: "shell", command, shell: "bash" } as const;
  return classifyPayload(unseenInput ? { ...payload, input: "unseen" } : payload).actions.some(
    ({ effects }) => effects.includes("opaque"),
  );
}

/** What takes commands from whoever types into it. */
const consoles: readonly string[] = [
  ..."bash|sh|dash|bash -i|zsh -l|fish|exec bash|env bash|nohup bash|busybox sh|rlwrap bash|sudo bash".split(
    "|",
  ),
  ..."python|python3 -i|node|node -i|ruby|perl|php -a|irb|ipython|deno|lua|ghci|R|jshell|pwsh|bun repl".split(
    "|",
  ),
  ..."psql|psql -h h -U u app|mysql -u root|sqlite3 app.db|redis-cli -h h|mongosh|cqlsh|duckdb".split("|"),
  ..."su|su - deploy|sudo -i|sudo -s|sudo su -|script|screen|tmux|tmux new -s x|gdb ./x|vim a.txt".split("|"),
  ..."railway shell|poetry shell|nix-shell|nix develop|rails console|python manage.py shell".split("|"),
  ..."cd x && bash|(cd x; python)|xargs rm|heroku run bash|sftp h|expect".split("|"),
];

for (const command of consoles) {
  test(`${command}: nobody sees what is typed into it where input is not told`, () => {
    assert.ok(isOpaque(command, true));
  });
}

/** What does not, or is told what to do. */
const others: readonly string[] = [
  ..."ls|cat|cat a|grep x|sort|head -5|npm test|make|git commit -m x|git log|tail -f x|docker build .".split(
    "|",
  ),
  ..."bash x.sh|bash -c ls|python x.py|python -m pytest|python -c 'print(1)'|node server.js".split("|"),
  ..."psql -c 'select 1'|psql -f x.sql|mysql -e 'select 1'|sqlite3 a.db 'select 1'|redis-cli get x".split(
    "|",
  ),
  ..."psql --version|tmux ls|nix develop -c make|poetry run pytest|python manage.py test".split("|"),
  "find . | xargs ls",
  "echo 1 | python -m json.tool",
  ..."vim --version|nix-shell --run make|while read l; do echo $l; done".split("|"),
];

for (const command of others) {
  test(`${command}: is judged as ever where input is not told`, () => {
    assert.equal(isOpaque(command, true), isOpaque(command, false));
  });
}

/** A shell elsewhere, which does nothing until somebody types. */
const elsewhere: readonly string[] =
  "ssh web.example|ssh -t web.example bash|docker exec -it web bash|kubectl exec -it web-0 -- bash|oc rsh web-0".split(
    "|",
  );

for (const command of elsewhere) {
  test(`${command}: waits for a human unless everything that can be typed into it is seen`, () => {
    const payload = { kind: "shell", command, shell: "bash" } as const;
    for (const [input, opaque] of [
      ["seen", false],
      ["unseen", true],
      [undefined, true],
    ] as const) {
      const { actions } = classifyPayload(input === undefined ? payload : { ...payload, input });
      assert.equal(
        actions.some(({ effects }) => effects.includes("opaque")),
        opaque,
        input,
      );
    }
  });
}
