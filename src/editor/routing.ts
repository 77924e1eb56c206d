import { related } from "../base/folder-relation.ts";
import type { Question } from "../broker/protocol.ts";

/** `dialog`: this window asks. `notice`: another window is nearer to the question; this one only mentions it. */
export type Route = "dialog" | "notice";

/** Something that a human began in this window and that comes back as a question. */
export interface Proposal {
  readonly kind: "reopen" | "policy_approval" | "bind_task";
  readonly session?: string;
  readonly workspace?: string;
  readonly task?: string;
}

/** What the choice depends on: the folders that are open (real paths), whether people look here, what they began here. */
export interface WindowFacts {
  readonly folders: readonly string[];
  readonly focused: boolean;
  /** Another window has the question's workspace open. */
  readonly elsewhere: boolean;
  readonly proposals: readonly Proposal[];
}

/**
 * Which windows raise the dialog: the one where the workspace is open, and the one where a human has just asked for it.
 * A question of no workspace, and one whose workspace is open nowhere, goes to the window that people look at.
 */
export function routeOf(question: Question, { folders, focused, elsewhere, proposals }: WindowFacts): Route {
  if (proposals.some((proposal) => comesFrom(question, proposal))) {
    return "dialog";
  }
  if (!isAbsolute(question.workspace)) {
    return focused ? "dialog" : "notice";
  }
  const isOpenHere = folders.some((folder) => related(folder, question.workspace));
  return isOpenHere || (focused && !elsewhere) ? "dialog" : "notice";
}

/** Whether a question is the answer to a proposal. */
export function comesFrom(question: Question, proposal: Proposal): boolean {
  if (question.kind !== proposal.kind) {
    return false;
  }
  switch (proposal.kind) {
    case "reopen":
      return question.sessionId === proposal.session;
    case "policy_approval":
      return question.workspace === proposal.workspace;
    case "bind_task":
      return question.sessionId === proposal.session && question.task === proposal.task;
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:/.test(path);
}
