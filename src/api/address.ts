/** HOST:PORT as people write it, and which hosts are this machine itself. */

/** A host, an IPv6 literal without its brackets, and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?$/;
const IPV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?$/;

/** Reads `HOST:PORT` or `[IPV6]:PORT`; undefined if it is neither. Port 0 is taken. */
export function parseHostPort(text: string): HostPort | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const [, ipv6, name] = parts;
  const port = Number(parts[3]);
  if (port > 65535) return undefined;
  if (ipv6 !== undefined) return IPV6.test(ipv6) ? { host: ipv6, port } : undefined;
  return name !== undefined && NAME.test(name) ? { host: name, port } : undefined;
}

/** Writes a HostPort so that parseHostPort reads it again. */
export function hostPortText({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True for `localhost` and the addresses that never leave this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '::1') return true;
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}
