/**
 * Installers that a vendor serves from its own domain (or, where it has none for that, its own repository) and documents:
 * as good as its package. Host and path are exact, always over TLS; short links and other people's repositories are not here.
 */
const installers: readonly RegExp[] = [
  "install.python-poetry.org",
  "sh.rustup.rs",
  "get.docker.com",
  "astral.sh/uv/install.(sh|ps1)",
  "astral.sh/uv/N/install.(sh|ps1)",
  "astral.sh/ruff/install.(sh|ps1)",
  "astral.sh/ruff/N/install.(sh|ps1)",
  "bun.sh/install(.ps1)?",
  "bun.com/install(.ps1)?",
  "deno.land/install.(sh|ps1)",
  "get.pnpm.io/install.(sh|ps1)",
  "get.volta.sh",
  "fnm.vercel.app/install",
  "yarnpkg.com/install.sh",
  "bootstrap.pypa.io/get-pip.py",
  "pyenv.run",
  "mise.run",
  "starship.rs/install.sh",
  "get.scoop.sh",
  "community.chocolatey.org/install.ps1",
  "railway.com/install.sh",
  "fly.io/install.sh",
  "claude.ai/install.(sh|ps1)",
  "cursor.com/install",
  "ollama.com/install.sh",
  "deb.nodesource.com/setup_(N|lts|current).x",
  "rpm.nodesource.com/setup_(N|lts|current).x",
  "raw.githubusercontent.com/Homebrew/install/(HEAD|master|main)/install.sh",
  "raw.githubusercontent.com/nvm-sh/nvm/vN/install.sh",
  "raw.githubusercontent.com/helm/helm/(main|master|vN)/scripts/get-helm-[34]",
].map(
  (address) =>
    new RegExp(`^https://${address.replaceAll(/\.(?!x$)/g, "\\.").replaceAll("N", "\\d+(?:\\.\\d+)*")}/?$`),
);

export function isVendorInstaller(address: string | undefined): boolean {
  return address?.startsWith("https://") === true && installers.some((installer) => installer.test(address));
}
