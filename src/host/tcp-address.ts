/** `tcp://HOST:PORT`, the one form in which addresses travel: brackets around IPv6, port 22000 if none is named. */

import { isIPv6 } from 'node:net';

/** Where to listen or to dial. `host` is a name or an IP address, without brackets; '' means every interface. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 22000;
const FORM = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s:/?#@[\]]*))(?::(\d{1,5}))?$/;

/** Parses an address; undefined if it is none that TCP can use. */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, inBrackets, plain = '', digits] = match;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (port > 65535 || (inBrackets !== undefined && !isIPv6(inBrackets))) return undefined;
  return { host: inBrackets ?? plain, port };
}

/** The text of an address; an IPv4 address that came in IPv6 form is written as IPv4. */
export function formatTcpAddress({ host, port }: TcpAddress): string {
  const plain = plainHost(host);
  return plain.includes(':') ? `tcp://[${plain}]:${port}` : `tcp://${plain}:${port}`;
}

/**
 * What counts as one source of connections: an IPv4 address, or the 64 leading bits of an IPv6 address, since whoever has
 * one of those has all.
 */
export function sourceOf(host: string): string {
  const plain = plainHost(host);
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

function plainHost(host: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(host) ? host.slice(7) : host;
}
