/** A daemon as a child process of the demonstration: started, listened to until it is ready, stopped. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { KithError } from '../../base/error.ts';
import { moduleUrl } from '../../host/module-url.ts';

/** One that has not ended by then is killed: its files are thrown away anyhow. */
const STOP_MS = 2500;
const LAST_LINES = 10;
const PROGRAM = fileURLToPath(moduleUrl('../../main', import.meta.url));

/** What a line of a daemon's log is read for. */
const lineSchema = z.object({ event: z.string(), address: z.string().optional() });

/** Runs `kith --home HOME up`, its log in a file. In a group of its own, so that Ctrl-C reaches it through us alone. */
export class DaemonProcess {
  /** The address at which other devices reach it, once it is ready. Rejects with DEMO_DAEMON_ENDED. */
  readonly ready: Promise<string>;
  /** Rejects with DEMO_DAEMON_ENDED if it ends before it was told to; else resolves at the end. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #lastLines: string[] = [];
  #isStopping = false;

  constructor(home: string, logFile: string) {
    const args = [...process.execArgv, PROGRAM, '--home', home, 'up'];
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.ended = this.#end();
    // Whoever waits for it learns why; nobody may be waiting yet.
    this.ended.catch(() => undefined);
    this.ready = Promise.race([this.#read(logFile), this.ended.then(() => this.#fail())]);
    this.ready.catch(() => undefined);
  }

  /** Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const enough = new AbortController();
    const late = sleep(STOP_MS, undefined, { signal: enough.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    await this.ended;
    enough.abort();
    await late;
  }

  /** Ends it at once, without waiting. */
  kill(): void {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
  }

  async #end(): Promise<void> {
    await once(this.#child, 'close');
    if (!this.#isStopping) this.#fail();
  }

  #fail(): never {
    throw new KithError('DEMO_DAEMON_ENDED', { reasons: this.#lastLines });
  }

  /** Copies the log into the file; resolves when it has said where it listens and that it is ready. */
  #read(logFile: string): Promise<string> {
    const log = createWriteStream(logFile, { mode: 0o600 });
    const lines = createInterface({ input: this.#child.stderr });
    return new Promise((resolve, reject) => {
      let address: string | undefined;
      let isReady = false;
      log.once('error', reject);
      lines.on('close', () => log.end());
      lines.on('line', (line) => {
        log.write(`${line}\n`);
        this.#remember(line);
        const said = eventOf(line);
        if (said?.event === 'listening') address ??= said.address;
        if (said?.event === 'ready') isReady = true;
        if (isReady && address !== undefined) resolve(address);
      });
    });
  }

  #remember(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
  }
}

/** Undefined for lines that are no log, as a crash prints them. */
function eventOf(line: string): z.infer<typeof lineSchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  const read = lineSchema.safeParse(parseJson(line));
  return read.success ? read.data : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    return { unreadable: String(error) };
  }
}
