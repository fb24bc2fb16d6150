/** A script being performed: the world it is set in, what people wrote in it, and what was seen that must not be. */

import { ERRORS } from '../../src/base/error.ts';
import { withBannedGlobals } from '../sim/banned-globals.ts';
import type { SimDevice } from '../sim/device.ts';
import type { CallHook } from '../sim/disk.ts';
import { FOLDER, KithWorld } from '../sim/kith-world.ts';
import { RestError } from '../sim/scheduler.ts';
import { Audit } from './audit.ts';
import { actAsFate, BOOT_MS, type Place } from './fault-acts.ts';
import { History } from './history.ts';
import { differences } from './oracles/equality.ts';
import { type Excuses, excusesOf, untrueStatus } from './oracles/excuses.ts';
import { checkStatus } from './oracles/honesty.ts';
import { bytesSent, checkNothingLeft, checkSilence } from './oracles/quiet.ts';
import { KEEP } from './oracles/removals.ts';
import { UnrestError, watchUnrest } from './oracles/unrest.ts';
import { actAsPerson } from './person-acts.ts';
import { putAsideOn } from './region.ts';
import { type Act, type Decision, isUserAct, type Script } from './script.ts';
import { contentsOf } from './spelling.ts';
import type { Blame, Violation } from './violation.ts';

/** How it ended. */
export interface Outcome {
  /** In the order in which they were seen; the first ended the run. */
  readonly violations: readonly Violation[];
  /** Ids of the decisions that could be carried out. */
  readonly applied: readonly number[];
  /** Operations of people: acts that had an effect, each file counted of those that go through many. */
  readonly userActs: number;
  /** Of them, those of programs that go through many files. */
  readonly flockActs: number;
  readonly trace: string;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly lastedMs: number;
}

/** Time in which everything must be equal again once nothing stands in the way any more (I15). */
const REST = { quietMs: 120_000, limitMs: 720_000 } as const;

/** So often longer, for hundreds of files on a disk that takes its time for each. */
const MORE = 4;

const MINUTE_MS = 60_000;

/** By then whoever was asked to stop has. */
const STOPPED_MS = 15_000;
/** By then whoever hears nothing any more has given up. */
const SILENCE_MS = 400_000;

/** Minutes until the slowest call of a story is over. */
const MOST_WAITS = 5;

export class Performance {
  readonly world: KithWorld;
  readonly history = new History();
  readonly audit: Audit;
  readonly databases: Place['databases'] = new Map();
  readonly dark = new Map<string, number>();
  readonly rolledBack = new Set<string>();
  readonly stepped = new Set<string>();
  readonly hidden = new Set<string>();
  hadPowerCut = false;
  hadDeadLines = false;
  readonly #script: Script;
  readonly #applied = new Set<number>();
  readonly #armed: (() => void)[] = [];
  #userActs = 0;
  #flockActs = 0;

  constructor(script: Script) {
    this.#script = script;
    this.world = new KithWorld(script.seed, script.schedule);
    for (const { name, driftPpm, ...options } of script.cast) {
      this.world.device(name, options).clock.setDrift(driftPpm ?? 0);
    }
    this.world.link(script.links);
    this.audit = new Audit(this.world.devices(), this.history);
    const { scheduler } = this.world;
    const unrest = {
      operations: () => this.#userActs,
      fail: (error: Error) => scheduler.fail(error),
    };
    for (const device of this.world.devices()) watchUnrest(device, unrest);
  }

  /** Performs it, heals everything and judges. */
  perform(): Promise<Outcome> {
    return withBannedGlobals(() => this.#perform());
  }

  async #perform(): Promise<Outcome> {
    const violations = await this.#guarded(async () => {
      await this.#begin();
      for (const decision of this.#script.decisions) {
        await this.#decide(decision);
        if (this.audit.violations.length > 0) return;
      }
      await this.#end();
    });
    this.world.close();
    const { scheduler } = this.world;
    return {
      violations,
      applied: [...this.#applied].sort((a, b) => a - b),
      userActs: this.#userActs,
      flockActs: this.#flockActs,
      trace: this.world.traceHash(),
      events: scheduler.done,
      lastedMs: scheduler.now,
    };
  }

  async #guarded(work: () => Promise<void>): Promise<readonly Violation[]> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RestError || error instanceof UnrestError)
        this.blame('I15', error.message);
      else
        this.blame('crash', error instanceof Error ? (error.stack ?? error.message) : `${error}`);
    }
    return this.audit.violations;
  }

  readonly blame: Blame = (invariant, what) => this.audit.blame(invariant, what);

  async #begin(): Promise<void> {
    const [first] = this.world.devices();
    first?.person.write(KEEP, KEEP);
    this.history.wrote(KEEP, KEEP, undefined);
    first?.person.sync();
    this.world.upAll();
  }

  async #decide(decision: Decision): Promise<void> {
    const { when } = decision;
    if ('afterMs' in when) {
      await this.world.run({ ms: when.afterMs });
      if (this.audit.violations.length === 0) this.#carryOut(decision);
      return;
    }
    const { on, program, nth } = when.before;
    const device = this.world.named(on);
    let count = 0;
    const hook: CallHook = (_call, { job }) => {
      if (job !== program || ++count !== nth) return;
      device.hooks.delete(hook);
      this.#carryOut(decision);
    };
    device.hooks.add(hook);
    this.#armed.push(() => device.hooks.delete(hook));
  }

  #carryOut(decision: Decision): void {
    const done = this.#do(decision.act, decision.id);
    if (done === 0) return;
    this.#applied.add(decision.id);
    if (isUserAct(decision.act)) this.#userActs += done;
    if (decision.act.do === 'each') this.#flockActs += done;
    this.#check();
  }

  /** What can be said at any moment. */
  #check(): void {
    this.audit.check();
    for (const device of this.world.devices()) {
      if (device.life === undefined) continue;
      const status = this.world.statusOf(device);
      if (status !== undefined) checkStatus(device, status, this.blame);
    }
  }

  /** How many things were done by it. */
  #do(act: Act, id: number): number {
    if (!isUserAct(act)) return actAsFate(act, this) ? 1 : 0;
    if (this.dark.has(act.on) || this.hidden.has(act.on)) return 0;
    const device = this.world.named(act.on);
    return actAsPerson(act, { device, history: this.history, id });
  }

  async #end(): Promise<void> {
    for (const disarm of this.#armed) disarm();
    const devices = this.world.devices();
    for (const device of devices) {
      const on = device.name;
      actAsFate({ do: 'mend', on }, this);
      const isShown = actAsFate({ do: 'show', on }, this);
      // Kith learns by its hourly look, and not by a notice, that the disk it looked at has gone.
      if (isShown && device.life !== undefined)
        this.world.kith(device).rescan(FOLDER, { mayEmpty: false });
    }
    const { network } = this.world;
    network.restore();
    for (const { name } of devices) if (network.hostOf(name) !== name) network.move(name, name);
    // Whoever was asked to stop waits a while for a line that is dead.
    await this.world.run({ ms: this.hadDeadLines ? STOPPED_MS : BOOT_MS });
    for (let waits = 0; waits < MOST_WAITS && devices.some(isStopping); waits++) {
      await this.world.run({ ms: MINUTE_MS });
    }
    for (const device of devices) if (device.life === undefined) this.world.up(device);
    if (this.hadDeadLines) await this.world.run({ ms: SILENCE_MS });
    if (this.history.removals.everEmptied) await this.#confirm();
    await this.#rest();
    this.#judge('at rest', ['displaced']);
    await this.#listen();
    if (this.audit.violations.length > 0) return;
    for (const device of devices) this.world.crash(device, 'kill');
    for (const device of devices) this.world.up(device);
    await this.#rest();
    this.#judge('after all were killed at rest', ['stage', 'displaced']);
  }

  /** Whose folder was emptied, and who so lost everything, is asked and says that it was meant. */
  async #confirm(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await this.world.run({ ms: MINUTE_MS });
      for (const device of this.world.devices()) {
        this.history.removals.release(device.name);
        this.world.kith(device).rescan(FOLDER, { mayEmpty: true });
      }
    }
  }

  /** Until nothing happens any more; what a device has told that it cannot have it tries again and again. */
  async #rest(): Promise<void> {
    let unrest = await this.#unrest();
    // A slow disk needs longer, and what was held may have come to its end in the last minutes.
    for (let i = 0; i < MORE && unrest !== undefined && !this.#excuses().isAny; i++) {
      unrest = await this.#unrest();
    }
    if (unrest !== undefined && this.world.devices().some((device) => this.#isAsked(device))) {
      await this.#confirm();
      unrest = await this.#unrest();
    }
    if (unrest !== undefined && !this.#excuses().isAny) throw unrest;
  }

  /** Waits until all rest; the error if they do not. */
  async #unrest(): Promise<RestError | undefined> {
    try {
      await this.world.rest(REST);
      return undefined;
    } catch (error) {
      if (error instanceof RestError) return error;
      throw error;
    }
  }

  /** All that a person had there is gone: there may have been little. */
  #isAsked(device: SimDevice): boolean {
    return this.world.statusOf(device)?.stateReason === ERRORS.FOLDER_EMPTIED.text;
  }

  /** Nobody has anything to say any more, unless somebody lacks what nobody has whole, and asks for it now and then. */
  async #listen(): Promise<void> {
    const { world } = this;
    if (this.#excuses().isAny) return;
    const before = bytesSent(world.network, world.devices());
    await world.run({ ms: MINUTE_MS });
    checkSilence(before, bytesSent(world.network, world.devices()), this.blame);
  }

  /** What must be true when nothing happens any more. */
  #judge(when: string, places: readonly ('stage' | 'displaced')[]): void {
    this.#check();
    const devices = this.world.devices();
    const excuses = this.#excuses();
    const ending = new Map(devices.map((each) => [each.name, contentsOf(each)] as const));
    const kept = new Set(devices.flatMap((device) => [...putAsideOn(device)]));
    const { isExcused } = excuses;
    for (const { invariant, what } of this.history.violations(ending, { isExcused, kept })) {
      this.blame(invariant, `${when}: ${what}`);
    }
    for (const what of differences(devices, isExcused)) this.blame('I2', `${when}: ${what}`);
    for (const device of devices) {
      if (!excuses.isAny) checkNothingLeft(device, this.blame, places);
      const untrue = untrueStatus(this.world.statusOf(device), excuses);
      if (untrue !== undefined) this.blame('I30', `${when}: ${device.name} says ${untrue}`);
    }
  }

  #excuses(): Excuses {
    const told = this.world.devices().map((device) => ({
      device,
      status: this.world.statusOf(device),
    }));
    return excusesOf(told, { mayBeDamaged: this.hadPowerCut });
  }
}

/** It was asked to stop and still waits for its disk. */
function isStopping({ life }: SimDevice): boolean {
  return life?.stop.signal.aborted === true;
}
