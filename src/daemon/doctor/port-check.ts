/** Can this device be reached where the configuration says: is each address free, or held by our own daemon? */

import { createServer } from 'node:net';
import { parseHostPort } from '../../api/address.ts';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { errnoOf } from '../../host/errno.ts';
import { parseTcpAddress } from '../../host/tcp-address.ts';
import { listenersAt, type Owner } from './listeners.ts';
import type { Patient } from './patient.ts';

/** One address that is to be listened at. */
export interface PortFacts {
  /** As configured. */
  readonly address: string;
  /** The key in config.yaml. */
  readonly setting: 'listen' | 'api.listen';
  readonly port: number;
  readonly owners: readonly Owner[];
  /** The daemon of this home; undefined if none runs. */
  readonly daemon: { readonly pid: number | undefined } | undefined;
  /** Why it could not be listened at just now; undefined if it could, or if it was not tried. */
  readonly errno: string | undefined;
  readonly file: string;
}

export async function checkPort(patient: Patient): Promise<readonly Finding[]> {
  const { config, files, holder, proc } = patient;
  if ('error' in config) return [];
  const daemon = holder?.isDaemon === true ? holder : undefined;
  const wanted = [
    ...config.value.listen.map((address) => ({ address, setting: 'listen' }) as const),
    { address: config.value.api.listen, setting: 'api.listen' } as const,
  ];
  const facts: PortFacts[] = [];
  for (const { address, setting } of wanted) {
    const at = setting === 'listen' ? parseTcpAddress(address) : parseHostPort(address);
    // Port 0: the system chooses one, which is always there.
    if (at === undefined || at.port === 0) continue;
    const errno = daemon === undefined ? await tryToListen(at) : undefined;
    const owners = process.platform === 'linux' ? await listenersAt(proc, at.port) : [];
    const { port } = at;
    facts.push({ address, setting, port, owners, daemon, errno, file: files.config });
  }
  return judgePorts(facts);
}

/** Pure. */
export function judgePorts(all: readonly PortFacts[]): readonly Finding[] {
  const found = all.flatMap((facts) => judge(facts) ?? []);
  if (found.length > 0) return found;
  if (all.length === 0) return [ok('port', 'the system chooses')];
  const isHeld = all.some(({ daemon }) => daemon !== undefined);
  const addresses = all.map(({ address }) => address).join(', ');
  return [ok('port', `${addresses}: ${isHeld ? 'held by the daemon' : 'free'}`)];
}

function judge(facts: PortFacts): Finding | undefined {
  const { address, setting, daemon, owners, errno, file, port } = facts;
  const elsewhere = `another address under ${setting} in ${file}, then kith up`;
  if (daemon !== undefined) {
    const isOurs = owners.some(({ pid }) => pid !== undefined && pid === daemon.pid);
    if (isOurs) return undefined;
    if (owners.length > 0) return taken(facts, elsewhere);
    const text = `the daemon does not listen at ${address}`;
    return bad('port', text, `its log says why; or ${elsewhere}`);
  }
  if (errno === undefined) return undefined;
  if (errno === 'EADDRINUSE') return taken(facts, elsewhere);
  if (errno === 'EACCES') {
    return bad('port', `${address}: port ${port} is for root alone`, elsewhere);
  }
  if (errno === 'EADDRNOTAVAIL' || errno === 'ENOTFOUND') {
    const text = `${address} is no address of this machine now (${errno})`;
    return warn('port', text, `ip address lists them; ${elsewhere}`);
  }
  return bad('port', `${address} cannot be listened at (${errno})`, elsewhere);
}

function taken({ address, owners, port }: PortFacts, elsewhere: string): Finding {
  const [owner] = owners;
  if (owner?.pid !== undefined) {
    const text = `${address} is taken by ${owner.command || 'a program'} (pid ${owner.pid})`;
    return bad('port', text, `kill ${owner.pid}, if it is not needed; or ${elsewhere}`);
  }
  const who = owner === undefined ? 'somebody' : `a program of user ${owner.user}`;
  const mend = `sudo ss -ltnp 'sport = :${port}' names it; end it, or ${elsewhere}`;
  return bad('port', `${address} is taken by ${who}`, mend);
}

/** Listens for a moment; the system's code if that fails. Nobody can come in: no connection is accepted. */
async function tryToListen(at: {
  readonly host: string;
  readonly port: number;
}): Promise<string | undefined> {
  const server = createServer((socket) => socket.destroy());
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const errno = errnoOf(error);
      if (errno === undefined) reject(error);
      else resolve(errno);
    });
    server.listen(at.host === '' ? { port: at.port } : at, () => {
      server.close(() => resolve(undefined));
    });
  });
}
