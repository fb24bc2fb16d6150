/** A daemon without an engine: real lock, configuration, token and control server; the status is what a test says. */

import { parseHostPort } from '../../src/api/address.ts';
import type { DecidedAnswer } from '../../src/api/control.ts';
import type { ChangeEvent } from '../../src/api/events.ts';
import type { Decision } from '../../src/api/kind-requests.ts';
import type { Rescan } from '../../src/api/requests.ts';
import type { DaemonService } from '../../src/api/service.ts';
import type { StatusReport } from '../../src/api/status.ts';
import type { Program, RunningDaemon, RunOptions } from '../../src/cli/program.ts';
import { ConfigFile, readConfig } from '../../src/daemon/config-file.ts';
import { startControlServer } from '../../src/daemon/control-server.ts';
import { ensureToken } from '../../src/daemon/control-token.ts';
import { examine } from '../../src/daemon/doctor/examine.ts';
import { initHome } from '../../src/daemon/init.ts';
import { lockHome } from '../../src/daemon/lock.ts';
import { openOffline } from '../../src/daemon/offline-config.ts';
import { homeFiles } from '../../src/host/locations.ts';

/** A report of a device without folders. */
export const EMPTY_REPORT: StatusReport = {
  device: 'SELF',
  name: 'laptop',
  version: '0.0.1',
  uptimeMs: 1000,
  notes: [],
  folders: [],
};

export class FakeService extends ConfigFile implements DaemonService {
  readonly rescans: Rescan[] = [];
  /** A rescan is over when this is. */
  scan: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<(event: ChangeEvent) => void>();
  #report: StatusReport = EMPTY_REPORT;

  async status(): Promise<StatusReport> {
    return this.#report;
  }

  readonly decisions: (readonly [string, Decision])[] = [];

  async decide(folder: string, decision: Decision): Promise<DecidedAnswer> {
    this.decisions.push([folder, decision]);
    return { changes: 2, left: 0 };
  }

  async rescan(request: Rescan): Promise<void> {
    this.rescans.push(request);
    await this.scan;
  }

  onChange(listener: (event: ChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** From now on this is the status, and everybody who listens is told. */
  tell(report: StatusReport, event: ChangeEvent = { kind: 'folder', folder: 'docs' }): void {
    this.#report = report;
    for (const listener of this.#listeners) listener(event);
  }
}

/** Runs a fake daemon on `home` until the signal aborts. */
async function runFakeDaemon(
  home: string,
  { signal, onReady, service }: RunOptions & { readonly service: FakeService },
): Promise<void> {
  await using _lock = await lockHome(home, { signal });
  const { api } = await readConfig(home);
  const listen = parseHostPort(api.listen) ?? { host: '127.0.0.1', port: 0 };
  const server = await startControlServer({
    service,
    listen,
    token: await ensureToken(home),
    addressFile: homeFiles(home).address,
    log: { write: () => undefined },
  });
  onReady(service);
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await server.close();
}

/** The program with fake daemons; `services` gives the test each daemon's service, by home, once it is ready. */
export function fakeProgram(services: Map<string, FakeService>): Program {
  return {
    version: '0.0.1',
    initHome,
    openOffline,
    examine,
    runDaemon: async (home, options) => {
      const service = new FakeService({ home });
      const onReady = (running: RunningDaemon) => {
        services.set(home, service);
        options.onReady(running);
      };
      await runFakeDaemon(home, { ...options, service, onReady });
    },
  };
}
