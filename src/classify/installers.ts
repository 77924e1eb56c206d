/** Installers that a vendor serves from an address of its own, and documents: as good as its package. */
const installers =
  /^https:\/\/(?:install\.python-poetry\.org|sh\.rustup\.rs|get\.docker\.com|astral\.sh\/(?:uv|ruff)\/\S*install\.sh|bun\.sh\/install|deno\.land\/install\.sh|get\.pnpm\.io\/install\.sh|get\.volta\.sh|fnm\.vercel\.app\/install|yarnpkg\.com\/install\.sh|bootstrap\.pypa\.io\/get-pip\.py|pyenv\.run|mise\.run|starship\.rs\/install\.sh|railway\.com\/install\.sh|fly\.io\/install\.sh|cli\.new|claude\.ai\/install\.sh|cursor\.com\/install|ollama\.com\/install\.sh|deb\.nodesource\.com\/setup_[\w.]+|raw\.githubusercontent\.com\/(?:Homebrew\/install|nvm-sh\/nvm|helm\/helm|pyenv\/pyenv-installer|rbenv\/rbenv-installer|golangci\/golangci-lint|ohmyzsh\/ohmyzsh|tj\/n)\/[\w.-]+(?:\/[\w./-]+)?)\/?(?:[?#].*)?$/;

export function isVendorInstaller(address: string | undefined): boolean {
  return address !== undefined && installers.test(address) && !address.includes("..");
}
