/** Packages of Debian, which a machine for continuous integration lacks. */
import { existsSync, readFileSync } from "node:fs";
import { run, say, which } from "../process.mjs";

/**
 * Installs packages with apt, as root on Debian; elsewhere it does nothing. Ubuntu is left out: its browsers' packages are
 * stubs for snaps, which no driver can start.
 * @param {string[]} packages
 */
export async function installOnDebian(packages) {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (process.getuid?.() !== 0 || !/^ID="?debian"?$/m.test(release) || !which("apt-get")) return;
  say(`Installing Debian's ${packages.join(", ")} with apt-get (about a minute).`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env });
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env });
}
