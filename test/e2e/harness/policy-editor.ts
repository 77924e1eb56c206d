import type { Editor } from "./editor.ts";
import { waitUntil } from "./wait.ts";

/** The workspace's policy, open in the editor. */
export interface PolicyEditor {
  /** Puts a text in place of the whole policy, without saving it. */
  replace(text: string): Promise<void>;
  /** Types the beginnings of words at the end, and takes what is offered first for each, once `offered` has seen it. */
  complete(beginnings: readonly string[], offered?: () => Promise<void>): Promise<void>;
  save(): Promise<void>;
  /** Forgets what was not saved, and closes the policy. */
  close(): Promise<void>;
  text(): Promise<string>;
  /** Codes of the problems that the editor shows. */
  problems(): Promise<readonly string[]>;
  /** Applies the first quick fix that is offered in the first line. */
  fixFirstLine(): Promise<void>;
  /** What is told about a place, counted from 0. */
  hover(line: number, character: number): Promise<string>;
  /** Titles of the lenses above the rules. */
  lenses(): Promise<readonly string[]>;
  /** Runs the command of a code action by its title. */
  runAction(title: string): Promise<void>;
}

export async function openPolicy({ companion, page }: Editor): Promise<PolicyEditor> {
  await companion.evaluate(`
    const [folder] = vscode.workspace.workspaceFolders;
    const uri = vscode.Uri.joinPath(folder.uri, ".governance", "policy.yaml");
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  `);
  const run = <Value>(code: string): Promise<Value> =>
    companion.evaluate<Value>(`
      const editor = vscode.window.activeTextEditor;
      const { document } = editor;
      const provided = (what, ...more) =>
        vscode.commands.executeCommand("vscode.execute" + what + "Provider", document.uri, ...more);
      ${code}
    `);
  const text = (): Promise<string> => run("return document.getText();");
  return {
    text,
    replace: (to) =>
      run(`
        await editor.edit((edit) => edit.replace(
          new vscode.Range(0, 0, document.lineCount, 0), ${JSON.stringify(to)}));
        const end = document.lineAt(document.lineCount - 1).range.end;
        editor.selection = new vscode.Selection(end, end);
        await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
      `),
    complete: async (beginnings, offered) => {
      for (const beginning of beginnings) {
        const before = await text();
        await page.keyboard.type(beginning, { delay: 30 });
        const first = page.locator(".suggest-widget.visible .monaco-list-row.focused", {
          hasText: beginning,
        });
        // A list that has gone again (the editor saves by itself meanwhile) is called back, as anybody would do.
        await first
          .waitFor({ state: "visible", timeout: 4_000 })
          .catch(() => page.keyboard.press("Control+Space"));
        await first.waitFor({ state: "visible", timeout: 15_000 });
        await offered?.();
        await page.keyboard.press("Enter");
        await waitUntil(`\`${beginning}\` is completed`, 5000, async () => {
          const now = await text();
          return now.length > before.length + beginning.length && !now.endsWith(beginning);
        });
      }
    },
    save: () => run("await document.save();"),
    close: () => run("await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');"),
    problems: () =>
      run("return vscode.languages.getDiagnostics(document.uri).map(({ code }) => code.value ?? code);"),
    fixFirstLine: () =>
      run(`
        const [fix] = await provided("CodeAction", new vscode.Range(0, 0, 0, 1), "quickfix");
        await vscode.workspace.applyEdit(fix.edit);
      `),
    hover: (line, character) =>
      run(`
        const hovers = await provided("Hover", new vscode.Position(${line}, ${character}));
        return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join("\\n");
      `),
    lenses: () => run(`return (await provided("CodeLens", 100)).map(({ command }) => command?.title ?? "");`),
    runAction: (title) =>
      run(`
        const actions = await provided("CodeAction", new vscode.Range(0, 0, 0, 1));
        const action = actions.find((each) => each.title === ${JSON.stringify(title)});
        vscode.commands.executeCommand(action.command.command);
      `),
  };
}
