/** Real daemons for tests: `kith up` as a process of its own in a temporary home, set up by the commands a person uses. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseHostPort } from '../../src/api/address.ts';
import { type FolderStatus, type StatusReport, statusSchema } from '../../src/api/status.ts';
import { asKithError, KithError } from '../../src/base/error.ts';
import { DaemonClient } from '../../src/cli/client.ts';
import { judge } from '../../src/cli/verdict.ts';
import { homeFiles } from '../../src/host/locations.ts';
import { readTextIfThere } from '../../src/host/private-file.ts';
import { freePort } from './syncthing.ts';

const SCRIPT = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Commands are many and short: compiling them once is enough. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/kith-tests', import.meta.url));
const ENVIRONMENT = { ...process.env, NODE_COMPILE_CACHE: COMPILED };
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

/** What ends one day, and then does what is left to be done, the last first: a test, or a run of the lab. */
export interface Lifetime {
  after(end: () => Promise<void>): void;
}

/** What is special about a daemon. */
export interface DaemonOptions {
  /** The words that run the program; else its source is run. */
  readonly program?: readonly string[];
  /** The address of this machine that others reach it at. */
  readonly host?: string;
  /** The control API cannot be reached from here, but by commands. */
  readonly isElsewhere?: boolean;
}

/** How a daemon process is started. */
export interface StartOptions {
  /** Words before the program, such as `prlimit --nofile=64`; they must replace themselves by it. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended: exit code and signal, one of them null. */
export type Ended = readonly [code: number | null, signal: NodeJS.Signals | null];

export class TestDaemon {
  readonly name: string;
  readonly home: string;
  readonly directory: string;
  /** Where it listens: `tcp://…`. */
  readonly address: string;
  readonly id: string;
  readonly #logFile: string;
  readonly #options: DaemonOptions;
  #process: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;

  private constructor(
    name: string,
    parts: { directory: string; address: string; id: string; options: DaemonOptions },
  ) {
    this.name = name;
    this.#options = parts.options;
    this.directory = parts.directory;
    this.home = path.join(parts.directory, 'home');
    this.address = parts.address;
    this.id = parts.id;
    this.#logFile = path.join(parts.directory, 'log');
  }

  /** Sets a home up below `directory`; no process yet. Whatever is started ends with the test. */
  static async make(
    lifetime: Lifetime,
    directory: string,
    name: string,
    options: DaemonOptions = {},
  ): Promise<TestDaemon> {
    const place = path.join(directory, name);
    await mkdir(place, { recursive: true });
    const address = `tcp://${options.host ?? '127.0.0.1'}:${await freePort()}`;
    const home = path.join(place, 'home');
    const words = ['init', '--name', name, '--api', '127.0.0.1:0', '--listen', address];
    const made = await kith(programOf(options), home, words);
    assert.equal(made.code, 0, made.notes);
    const id = made.out.trim();
    const daemon = new TestDaemon(name, { directory: place, address, id, options });
    lifetime.after(() => daemon.kill());
    return daemon;
  }

  /** Where a folder's files are. */
  folder(id: string): string {
    return path.join(this.directory, id);
  }

  /** A command on its home; fails unless it ends with code 0. */
  async kith(...words: readonly string[]): Promise<string> {
    const printed = await this.tryKith(...words);
    assert.equal(printed.code, 0, `kith ${words.join(' ')}: ${printed.notes}`);
    return printed.out;
  }

  tryKith(...words: readonly string[]): Promise<Printed> {
    return kith(programOf(this.#options), this.home, words);
  }

  /** Lets another device connect; without an address that device has to dial. */
  async meet(
    other: { readonly id: string; readonly name?: string },
    address?: string,
  ): Promise<void> {
    const named = other.name === undefined ? [] : ['--name', other.name];
    const reached = address === undefined ? [] : ['--address', address];
    await this.kith('device', 'add', other.id, ...named, ...reached);
  }

  /** Shares a folder that is there with one more device. */
  async shareWith(id: string, other: { readonly id: string }): Promise<void> {
    await this.kith('folder', 'share', id, other.id);
  }

  /** Makes the folder's directory and shares it. */
  async share(id: string, others: readonly { readonly id: string }[]): Promise<void> {
    await mkdir(this.folder(id), { recursive: true });
    const shares = others.flatMap((other) => ['--share', other.id]);
    await this.kith('folder', 'add', id, this.folder(id), ...shares);
  }

  /** Of the process that runs, or ran last. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    const child = this.#process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** How the process ends that runs, or ran last. */
  get ended(): Promise<Ended> {
    assert.ok(this.#ended !== undefined, `${this.name} was never started`);
    return this.#ended;
  }

  /** Starts the process; resolves when it answers. */
  async up(options: StartOptions = {}): Promise<void> {
    await this.launch(options);
    await this.until('the daemon answers', () => true, START_LIMIT_MS);
  }

  /** Starts the process and waits for nothing. */
  async launch({ under = [], env = {} }: StartOptions = {}): Promise<void> {
    assert.ok(!this.isRunning, `${this.name} runs already`);
    const words = [...under, ...programOf(this.#options), '--home', this.home, 'up'];
    const [program = '', ...args] = words;
    // One that was killed left its address behind, at which somebody else may answer by now.
    await rm(homeFiles(this.home).address, { force: true });
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(program, args, { stdio: [...stdio], env: { ...ENVIRONMENT, ...env } });
    this.#process = child;
    this.#ended = once(child, 'close').then(([code, signal]) => [code, signal] as Ended);
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('close', () => log.end());
  }

  /** Ends the process at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.isRunning) return;
    child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it cleanly; fails unless it ends with code 0 in time. */
  async down(): Promise<void> {
    assert.deepEqual(await this.stop(), [0, null], await this.log());
  }

  /** Asks it to end, and says how it did. Fails if it does not in time. */
  async stop(): Promise<Ended> {
    assert.ok(this.isRunning, `${this.name} does not run`);
    this.#process?.kill('SIGTERM');
    using limit = limitOf(STOP_LIMIT_MS, `${this.name} does not end`);
    return await Promise.race([this.ended, limit.passed]);
  }

  async status(): Promise<StatusReport> {
    if (this.#options.isElsewhere === true) return await this.#statusByCommand();
    const files = homeFiles(this.home);
    const address = parseHostPort((await readTextIfThere(files.address))?.trim() ?? '');
    const token = (await readTextIfThere(files.token))?.trim();
    if (address === undefined || token === undefined) throw new KithError('DAEMON_NOT_RUNNING');
    const signal = AbortSignal.timeout(30_000);
    return await new DaemonClient({ address, token }, { signal }).status();
  }

  async folderStatus(id: string): Promise<FolderStatus> {
    const folder = (await this.status()).folders.find((each) => each.id === id);
    assert.ok(folder !== undefined, `${this.name} has no folder ${id}`);
    return folder;
  }

  /** Waits until its status is so. Fails after `ms` with the last status, or at once when the process has ended. */
  async until(
    what: string,
    holds: (report: StatusReport) => boolean,
    ms = 120_000,
  ): Promise<StatusReport> {
    const endMs = performance.now() + ms;
    let last: unknown = 'no answer';
    while (performance.now() < endMs) {
      const report = await this.tryStatus();
      if (report !== undefined && holds(report)) return report;
      last = report ?? last;
      if (!this.isRunning) break;
      await sleep(POLL_MS);
    }
    const state = this.isRunning ? `not within ${ms} ms` : 'its process has ended';
    const shown = JSON.stringify(last, null, 1).slice(0, 3000);
    throw new Error(
      `${this.name}: ${what}: ${state}\n${shown}\n${(await this.log()).slice(-3000)}`,
    );
  }

  /** Waits as `kith wait` does: until this device and all that share the folder are connected, heard and equal. */
  async untilEqual(folder: string, ms = 120_000): Promise<void> {
    await this.until(
      `${folder} is equal everywhere`,
      (report) => judge(report, { folder }).kind === 'equal',
      ms,
    );
  }

  /** What all its processes printed. */
  async log(): Promise<string> {
    return await readFile(this.#logFile, 'utf8');
  }

  async #statusByCommand(): Promise<StatusReport> {
    const { out, notes } = await this.tryKith('status', '--json');
    if (out === '') throw new KithError('DAEMON_NOT_RUNNING', { notes });
    return statusSchema.parse(JSON.parse(out));
  }

  /** Its status, or undefined while it does not answer. */
  async tryStatus(): Promise<StatusReport | undefined> {
    try {
      return await this.status();
    } catch (error) {
      const isAway =
        asKithError(error, 'DAEMON_NOT_RUNNING') ?? asKithError(error, 'DAEMON_UNREACHABLE');
      const isLate = error instanceof DOMException && error.name === 'TimeoutError';
      if (isAway === undefined && !isLate) throw error;
      return undefined;
    }
  }
}

/** Rejects once the time is over, unless it was disposed before. */
function limitOf(ms: number, what: string): Disposable & { readonly passed: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(what)), ms);
  return { passed: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}

function programOf({ program }: DaemonOptions): readonly string[] {
  return program ?? [process.execPath, '--disable-warning=ExperimentalWarning', SCRIPT];
}

async function kith(
  [program = '', ...before]: readonly string[],
  home: string,
  words: readonly string[],
): Promise<Printed> {
  const child = spawn(program, [...before, '--home', home, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: ENVIRONMENT,
  });
  let [out, notes] = ['', ''];
  child.stdout.on('data', (part) => {
    out += String(part);
  });
  child.stderr.on('data', (part) => {
    notes += String(part);
  });
  const [code] = await once(child, 'close');
  return { code, out, notes };
}
