/** One case of a sweep: a flow in which one device is struck at one call, and the proof that all came well nevertheless. */

import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../../src/cli/verdict.ts';
import type { TestDaemon } from '../../test/support/daemon.ts';
import { FOLDER } from '../../test/support/daemon-cluster.ts';
import { isSame, readTree, type Tree } from '../../test/support/trees.ts';
import type { Flow, Roots } from './flows.ts';
import type { Ground } from './ground.ts';
import { faultsAtRest } from './proof.ts';
import type { Seen, Strike, Striker } from './strike.ts';

/** How long devices may say the same and not rest, pauses after errors included; and how long it may take in all. */
const REST_MS = { still: 150_000, all: 600_000 };
const POLL_MS = 40;
/** At which piece of content a transfer is cut off. */
const CUT_AT = 7;

export interface Case {
  readonly flow: Flow;
  readonly victim: string;
  /** The victim is struck like this. */
  readonly strike?: Strike;
  /** The victim runs with these variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** What was done at the victim, if anything, was done under these circumstances. */
  readonly touchUp?: (root: string) => void;
  /** Goes on beside the flow until the signal aborts. */
  readonly beside?: (signal: AbortSignal) => Promise<void>;
}

export interface Outcome {
  readonly seen: Seen;
  /** Every fault, in words; none if all is well. */
  readonly faults: readonly string[];
  /** What the device said and did, short: how it ended, error lines of its log. */
  readonly remarks: readonly string[];
}

/** Plays flows on one ground, one at a time. */
export class Player {
  readonly #ground: Ground;
  readonly #striker: Striker;
  readonly #ready = new Set<string>();

  constructor(ground: Ground, striker: Striker) {
    this.#ground = ground;
    this.#striker = striker;
  }

  /** Plays one case from its beginning. Leaves the devices' files as they are; nobody runs. */
  async play(one: Case): Promise<Outcome> {
    const { flow, victim, strike } = one;
    const remarks: string[] = [];
    const faults: string[] = [];
    let seen: Seen = { counted: 0, struck: [] };
    try {
      await this.#prepare(flow);
      const device = this.#ground.named(victim);
      one.touchUp?.(device.folder(FOLDER));
      const wanted = await this.#runOnce(one, remarks);
      if (!device.isRunning) await device.up();
      await this.#untilRest(flow, undefined);
      const logIsQuiet = strike === undefined || strike.act === 'kill';
      const expected = { tree: wanted, copies: flow.copies ?? [], logIsQuiet };
      faults.push(...(await faultsAtRest(this.#ground.daemons, expected)));
      await device.down();
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    } finally {
      await this.#ground.kill();
      seen = await this.#striker.seen(this.#ground.named(victim).directory);
    }
    return { seen, faults, remarks };
  }

  get #roots(): Roots {
    return Object.fromEntries(
      this.#ground.daemons.map((daemon) => [daemon.name, daemon.folder(FOLDER)]),
    );
  }

  /** The state from which every case of the flow begins. */
  async #prepare(flow: Flow): Promise<void> {
    if (this.#ready.has(flow.name)) return await this.#ground.restore(flow.name);
    await this.#ground.restore('fresh');
    const { daemons } = this.#ground;
    if (flow.before !== undefined) {
      flow.before(this.#roots);
      await Promise.all(daemons.map((daemon) => daemon.up()));
      await this.#untilRest(flow, undefined);
      for (const daemon of daemons) await daemon.down();
    }
    flow.apart?.(this.#roots);
    if (flow.cutOff !== undefined) await this.#cutOff(this.#ground.named(flow.cutOff));
    await this.#ground.keep(flow.name);
    this.#ready.add(flow.name);
  }

  async #cutOff(device: TestDaemon): Promise<void> {
    const calls = ['pwrite64'];
    const strike = { calls, at: CUT_AT, act: 'kill', below: `${FOLDER}/.kith/stage` };
    const under = await this.#striker.words(device.directory, strike);
    for (const daemon of this.#ground.daemons) if (daemon !== device) await daemon.up();
    await device.launch({ under });
    await device.ended;
    await this.#ground.kill();
  }

  /** Runs the flow until all rest, or until the victim has ended, and then ends that; what shall stand everywhere. */
  async #runOnce(
    { flow, victim, strike, env, touchUp, beside }: Case,
    remarks: string[],
  ): Promise<Tree> {
    const device = this.#ground.named(victim);
    let wanted = flow.wanted(this.#roots);
    const under = strike === undefined ? [] : await this.#striker.words(device.directory, strike);
    const special = { under, env: { UV_USE_IO_URING: '0', ...env } };
    for (const daemon of this.#ground.daemons)
      await daemon.launch(daemon === device ? special : {});
    const stop = new AbortController();
    const besides = beside?.(stop.signal);
    try {
      if (flow.live !== undefined) {
        await this.#untilRest(flow, device);
        flow.live(this.#roots);
        touchUp?.(device.folder(FOLDER));
        wanted = flow.wanted(this.#roots);
      }
      await this.#untilRest(flow, device);
    } finally {
      stop.abort();
      await besides;
    }
    if (device.isRunning) await device.stop();
    const [code, signal] = await device.ended;
    if (signal !== 'SIGKILL' && code !== 0) remarks.push(`ended with code ${code}`);
    return wanted;
  }

  /** Waits until all say that all is equal, and it is; or until `device` has ended. */
  async #untilRest(flow: Flow, device: TestDaemon | undefined): Promise<void> {
    const endMs = performance.now() + REST_MS.all;
    let stillMs = performance.now() + REST_MS.still;
    let last = 'nobody has answered';
    while (performance.now() < Math.min(endMs, stillMs)) {
      if (device !== undefined && !device.isRunning) return;
      const reports = await Promise.all(this.#ground.daemons.map((daemon) => daemon.tryStatus()));
      const verdicts = reports.map((report) => report && judge(report, { folder: FOLDER }));
      if (verdicts.every((verdict) => verdict?.kind === 'equal')) {
        if (this.#isEqual()) return;
        if (flow.live === undefined) throw new Error('all say that all is equal, and it is not');
      }
      const now = JSON.stringify(verdicts);
      if (now !== last) stillMs = performance.now() + REST_MS.still;
      last = now;
      const ended = this.#ground.daemons.find((each) => each !== device && !each.isRunning);
      if (ended !== undefined) throw new Error(`${ended.name} has ended: ${await ended.log()}`);
      await sleep(POLL_MS);
    }
    const problems = await Promise.all(
      this.#ground.daemons.map(async (daemon) => {
        const status = await daemon.tryStatus();
        return `${daemon.name}: ${JSON.stringify(status?.folders ?? 'no answer').slice(0, 1500)}`;
      }),
    );
    throw new Error(`no rest: ${last}\n${problems.join('\n')}`);
  }

  #isEqual(): boolean {
    const [first, ...others] = this.#ground.roots.map((root) => readTree(root));
    return first !== undefined && others.every((tree) => isSame(tree, first));
  }
}
