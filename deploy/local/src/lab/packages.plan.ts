/** A program that the lab starts or calls, and the Debian package that brings it. */
export interface Need {
  readonly program: string;
  readonly package: string;
}

/** What runs as root from a shell prompt with the same effect as what the lab does by itself. */
export const installCommand = (packages: readonly string[]): string =>
  `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;

/** The packages to install, each once, in a stable order. */
export function packagesFor(missing: readonly Need[]): string[] {
  return [...new Set(missing.map((need) => need.package))].sort();
}

/**
 * The shell script that installs in a mount namespace of its own, where systemd looks absent, and with runlevel 1.
 * Maintainer scripts start services through invoke-rc.d or deb-systemd-invoke; the first obeys the runlevel, the second
 * does nothing without /run/systemd/system. So a new docker.io or postgresql starts no service behind our back.
 */
export const INSTALL_SCRIPT = `
set -e
if [ -d /run/systemd ]; then mount -t tmpfs tmpfs /run/systemd; fi
apt-get -q update
exec apt-get -q install -y --no-install-recommends "$@"
`;
