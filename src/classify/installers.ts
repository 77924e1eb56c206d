/**
 * Installers that a vendor serves from its own domain (or, where it has none for that, its own repository) and documents:
 * as good as its package. Host and path are exact, always over TLS; short links and other people's repositories are not here.
 */
const installers: readonly RegExp[] = [
  // Languages and their package managers.
  "install.python-poetry.org",
  "sh.rustup.rs",
  "win.rustup.rs",
  "astral.sh/(uv|ruff|ty)/install.(sh|ps1)",
  "astral.sh/(uv|ruff|ty)/N/install.(sh|ps1)",
  "bun.sh/install(.ps1)?",
  "bun.com/install(.ps1)?",
  "deno.land/(x/)?install(/install)?.(sh|ps1)",
  "get.pnpm.io/install.(sh|ps1)",
  "get.volta.sh",
  "fnm.vercel.app/install",
  "yarnpkg.com/install.sh",
  "bootstrap.pypa.io/get-pip.py",
  "bootstrap.pypa.io/pip/N/get-pip.py",
  "pyenv.run",
  "pdm-project.org/install-pdm.py",
  "rye.astral.sh/get",
  "pixi.sh/install.(sh|ps1)",
  "get-ghcup.haskell.org",
  "get.haskellstack.org",
  "get.sdkman.io",
  "getcomposer.org/installer",
  "dot.net/v1/dotnet-install.(sh|ps1)",
  "raw.githubusercontent.com/nvm-sh/nvm/(vN|master)/install.sh",
  "raw.githubusercontent.com/cargo-bins/cargo-binstall/main/install-from-binstall-release.(sh|ps1)",
  "raw.githubusercontent.com/golangci/golangci-lint/(HEAD|master|main)/install.sh",
  // Package managers of systems, and tools that bring other tools.
  "raw.githubusercontent.com/Homebrew/install/(HEAD|master|main)/install(.sh)?",
  "get.scoop.sh",
  "community.chocolatey.org/install.ps1",
  "mise.run",
  "nixos.org/nix/install",
  "install.determinate.systems/nix",
  "get.jetify.com/devbox",
  "moonrepo.dev/install/(moon|proto).(sh|ps1)",
  "deb.nodesource.com/setup_(N|lts|current).x",
  "rpm.nodesource.com/setup_(N|lts|current).x",
  // Tools of the command line.
  "starship.rs/install.sh",
  "just.systems/install.sh",
  "taskfile.dev/install.sh",
  "code-server.dev/install.sh",
  "sentry.io/get-cli",
  "raw.githubusercontent.com/ohmyzsh/ohmyzsh/master/tools/install.sh",
  "raw.githubusercontent.com/(aquasecurity/trivy|anchore/(syft|grype))/(main|HEAD)/(contrib/)?install.sh",
  // Platforms, containers, clusters.
  "get.docker.com",
  "get.k3s.io",
  "raw.githubusercontent.com/k3d-io/k3d/main/install.sh",
  "raw.githubusercontent.com/helm/helm/(main|master|vN)/scripts/get-helm-[34]",
  "fluxcd.io/install.sh",
  "tailscale.com/install.sh",
  "get.pulumi.com",
  "aka.ms/InstallAzureCLIDeb",
  "sdk.cloud.google.com",
  "cli.doppler.com/install.sh",
  "fly.io/install.(sh|ps1)",
  "railway.com/install.sh",
  // Railway's own domain, and the address that its documentation gives.
  "cli.new",
  // Coding agents and models.
  "claude.ai/install.(sh|ps1|cmd)",
  "cursor.com/install",
  "opencode.ai/install",
  "gh.io/copilot-install",
  "app.factory.ai/cli",
  "code.kimi.com/(kimi-code/)?install.(sh|ps1)",
  "raw.githubusercontent.com/continuedev/continue/main/extensions/cli/scripts/install.(sh|ps1)",
  "ollama.com/install.(sh|ps1)",
].map(
  (address) =>
    new RegExp(`^https://${address.replaceAll(/\.(?!x$)/g, "\\.").replaceAll("N", "\\d+(?:\\.\\d+)*")}/?$`),
);

export function isVendorInstaller(address: string | undefined): boolean {
  return address?.startsWith("https://") === true && installers.some((installer) => installer.test(address));
}
