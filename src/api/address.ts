/** HOST:PORT as people write it, and which hosts are this machine itself. */

/** A host, an IPv6 literal without its brackets, and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?$/;
const ZONE = /%[A-Za-z0-9_.-]+$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const GROUPS = 8;

/** Reads `HOST:PORT` or `[IPV6]:PORT`; undefined if it is neither. Port 0 is taken. */
export function parseHostPort(text: string): HostPort | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const [, ipv6, name] = parts;
  const port = Number(parts[3]);
  if (port > 65535) return undefined;
  if (ipv6 !== undefined) return isIpv6(ipv6) ? { host: ipv6, port } : undefined;
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

/** An IPv6 address as RFC 4291 has it, with a zone or without: eight groups, of which `::` stands for one or more. */
function isIpv6(text: string): boolean {
  const halves = withoutIpv4(text.replace(ZONE, '')).split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => GROUP.test(group))) return false;
  return halves.length === 1
    ? groups.length === GROUPS
    : halves.length === 2 && groups.length < GROUPS;
}

/** The last four bytes may be written as IPv4, which takes the place of two groups. */
function withoutIpv4(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  return IPV4.test(text.slice(at)) ? `${text.slice(0, at)}0:0` : text;
}
