/** Doors out of a sandbox that a variable names: sockets of agents, of the editor, of the desktop, of containers. */
const doors =
  /^(?:SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DBUS_\w+|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DOCKER_HOST|CONTAINER_HOST|PODMAN_\w+|VSCODE_(?:IPC_HOOK_CLI|GIT_IPC_HANDLE|GIT_ASKPASS\w*|IPC_HOOK\w*|NLS_CONFIG)|GIT_ASKPASS|SSH_ASKPASS|ELECTRON_RUN_AS_NODE|BROWSER)$/;

/** What loads code into every program that starts. */
const loaders =
  /^(?:LD_\w+|DYLD_\w+|BASH_ENV|ENV|PROMPT_COMMAND|NODE_OPTIONS|PYTHONSTARTUP|PERL5OPT|RUBYOPT)$/;

/** What an agent signs in to its own model with; without it there is no agent. */
const ofAgents =
  /^(?:ANTHROPIC_(?:API_KEY|AUTH_TOKEN)|CLAUDE_CODE_OAUTH_TOKEN|OPENAI_API_KEY|GEMINI_API_KEY|GOOGLE_API_KEY|CURSOR_API_KEY|COPILOT_\w+|OPENROUTER_API_KEY|DASHSCOPE_API_KEY)$/;

export interface ScopedEnvironment {
  readonly kept: Readonly<Record<string, string>>;
  /** Names of credentials that were left out, for people. */
  readonly dropped: readonly string[];
}

/**
 * The environment of a sandbox: without credentials (`isCredential` tells them by name), but for those that are `granted`
 * and the agent's own. Pure.
 */
export function scopedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  {
    isCredential,
    granted,
  }: { readonly isCredential: (name: string) => boolean; readonly granted: ReadonlySet<string> },
): ScopedEnvironment {
  const kept: Record<string, string> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || doors.test(name) || loaders.test(name)) {
      continue;
    }
    if (isCredential(name) && !ofAgents.test(name) && !granted.has(name)) {
      dropped.push(name);
    } else {
      kept[name] = value;
    }
  }
  return { kept, dropped: dropped.toSorted() };
}
