/**
 * Who may ask anything of the control API, decided before a route is even looked for: the right host name, no foreign page,
 * the token. Nothing that Kith knows comes out before all three fit.
 */

import type { FastifyRequest } from 'fastify';
import { type HostPort, isLoopback, parseHostPort } from '../api/address.ts';
import { KithError } from '../base/error.ts';
import { isSameToken } from './control-token.ts';

/** What a request is held against. */
export interface Guard {
  readonly token: string;
  /** Where the configuration lets the API listen. */
  readonly listen: HostPort;
}

/**
 * API_ORIGIN_REFUSED for a host name that is not this machine's own, which is how a rebound DNS name looks, or for a page
 * from elsewhere; API_TOKEN_REFUSED without the token in the Authorization header. No address carries a token.
 */
export function requireTrusted(request: FastifyRequest, { token, listen }: Guard): void {
  const { host, origin, authorization } = request.headers;
  if (!isOwnHost(host, { listen, local: request.socket.localAddress })) {
    throw new KithError('API_ORIGIN_REFUSED');
  }
  if (origin !== undefined && origin !== `http://${host}`)
    throw new KithError('API_ORIGIN_REFUSED');
  const [, given] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? [];
  if (given === undefined || !isSameToken(given, token)) throw new KithError('API_TOKEN_REFUSED');
}

/**
 * Loopback names, the configured host, and the very address at which the connection arrived. Any port is fine: a tunnel
 * changes it, and a rebound name is caught by the name.
 */
function isOwnHost(
  header: string | undefined,
  { listen, local }: { readonly listen: HostPort; readonly local: string | undefined },
): boolean {
  const host = hostOf(header ?? '')?.toLowerCase();
  if (host === undefined) return false;
  const arrived = local?.replace(/^::ffff:/, '').toLowerCase();
  return isLoopback(host) || host === listen.host.toLowerCase() || host === arrived;
}

function hostOf(header: string): string | undefined {
  return (parseHostPort(header) ?? parseHostPort(`${header}:80`))?.host;
}
