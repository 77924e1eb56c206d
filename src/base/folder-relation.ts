/** One folder is the other or lies inside it: an agent may be bound to a folder above or below the one that is open. */
export function related(a: string, b: string): boolean {
  return a === b || inside(a, b) || inside(b, a);
}

function inside(path: string, folder: string): boolean {
  return folder !== "" && path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
