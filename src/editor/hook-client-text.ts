/** The endpoint that was baked into an installed hook client, or undefined where the text has none. */
export function endpointInClient(
  text: string,
): { readonly nodePath: string; readonly brokerPath: string } | undefined {
  const nodePath = quotedValue(text, "node");
  const brokerPath = quotedValue(text, "broker");
  return nodePath === undefined || brokerPath === undefined ? undefined : { nodePath, brokerPath };
}

/** The value of `name='…'` on a line of its own, with the shell's `'\''` undone. */
function quotedValue(text: string, name: string): string | undefined {
  const line = new RegExp(`^${name}='(.*)'$`, "m").exec(text)?.[1];
  const value = line?.replaceAll(String.raw`'\''`, "'");
  return value === undefined || value === "" ? undefined : value;
}
