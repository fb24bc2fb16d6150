/**
 * Draws a script from a seed. Few names, so that people get in each other's way; for each run another mix of troubles, runs
 * without any and with one alone among them, so that no trouble always hides behind another.
 */

import type { FileCallName } from '../../src/ports/file-system.ts';
import type { NetworkOrder } from '../sim/network-order.ts';
import { SimRandom } from '../sim/random.ts';
import type { Act, Actor, Decision, FaultAct, Script, UserAct, When } from './script.ts';

/** What may befall a run. */
const TROUBLES = [
  'links',
  'lines',
  'kills',
  'power',
  'stops',
  'errors',
  'clocks',
  'room',
  'database',
  'moments',
  'platters',
  'carelessness',
  'roots',
  'emptying',
] as const;
type Trouble = (typeof TROUBLES)[number];

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** Names of files: a run uses a few of them, so that people meet, or many, so that much is under way. */
const PATHS: readonly string[] = [
  ...['f', 'd/x', 'd/e/z', 'g', 'dx', 'd/y', 'm/n', 'h'],
  ...Array.from({ length: 14 }, (_, at) => `${['', 'd/', 'w/'][at % 3]}p${at}`),
];
const DIRS = ['d', 'd/e', 'm', 'n'] as const;
const MODES = [0o644, 0o755, 0o600] as const;
const CUTS = ['ordered', 'weak', 'nothing'] as const;
const PROGRAMS = ['apply', 'settle', 'look', 'study', 'writePieces', 'reuse', 'serve'] as const;
const LINES = [
  { mostPiece: 7 },
  { blackHoleAbove: 1_400 },
  { hangChance: 0.5 },
  { mostLifeMs: 3_000 },
  { joinChance: 1 },
] as const;
const TEN_YEARS_MS = 315_360_000_000;
/** Errors that a call may meet, and the calls that may meet them. */
const ERRORS = [
  { code: 'FILE_FAILED', calls: ['sync', 'syncFileSystem', 'read', 'write', 'list', 'rename'] },
  { code: 'FILE_DENIED', calls: ['openDir', 'openFile', 'list', 'rename', 'status'] },
  { code: 'FILE_TOO_MANY_OPEN', calls: ['openDir', 'openFile', 'openRoot'] },
  { code: 'FILE_DISK_FULL', calls: ['write', 'openFile', 'makeDir', 'rename'] },
  { code: 'FILE_READ_ONLY', calls: ['write', 'openFile', 'makeDir', 'rename', 'removeFile'] },
] as const satisfies readonly { code: string; calls: readonly FileCallName[] }[];

export interface DrawOptions {
  /** Acts of people, about; 20 to 150 unless said. */
  readonly acts?: number;
}

/** Equal seeds draw equal scripts. */
export function drawScript(seed: number, options: DrawOptions = {}): Script {
  const random = new SimRandom(seed).fork('script');
  const cast = drawCast(random.fork('cast'));
  const troubles = drawTroubles(random.fork('troubles'));
  const count = options.acts ?? random.fork('length').between(20, 150);
  const drawer = new Drawer(random, { cast, troubles });
  const decisions = Array.from({ length: count }, (_, at) => drawer.decision(at + 1));
  const names = cast.map(({ name }) => name);
  const links = drawLinks(random.fork('links'), names);
  const schedule = random.fork('schedule').pick(['even', 'even', 'ragged', 'plain'] as const);
  return { format: 1, seed, schedule, cast, links, decisions };
}

function drawCast(random: SimRandom): readonly Actor[] {
  const size = random.pick([2, 2, 3, 3, 3, 3, 4, 4, 5, 6]);
  return NAMES.slice(0, size).map((name) => drawActor(name, random.fork(name)));
}

function drawActor(name: string, random: SimRandom): Actor {
  const offset = random.pick([0, 0, 1, 1, 2]);
  const most = [0, 700_000, TEN_YEARS_MS][offset] ?? 0;
  return {
    name,
    clockOffsetMs: Math.round((2 * random.unit() - 1) * most),
    driftPpm: random.pick([0, 0, 200, -200]),
    disk: {
      timeStepNs: random.pick([1, 1, 1, 1_000_000_000, 2_000_000_000]),
      syncsAsOne: random.chance(0.7),
      obeysModes: random.chance(0.3),
    },
    watch: {
      queueLimit: random.pick([16_384, 16_384, 16_384, 8]),
      delayMs: random.pick([3, 3, 3, 1_500]),
    },
  };
}

function drawTroubles(random: SimRandom): ReadonlySet<Trouble> {
  const mix = random.unit();
  if (mix < 0.1) return new Set();
  if (mix < 0.4) return new Set([random.pick(TROUBLES)]);
  return new Set(TROUBLES.filter(() => random.chance(0.4)));
}

/** Everybody is reachable from everybody: a line, a ring, a star or all with all. */
function drawLinks(random: SimRandom, names: readonly string[]): Script['links'] {
  const [hub = '', ...others] = names;
  const line = others.map((name, at) => [names[at] ?? hub, name] as const);
  switch (random.pick(['mesh', 'mesh', 'line', 'ring', 'star'] as const)) {
    case 'mesh':
      return names.flatMap((a, at) => names.slice(at + 1).map((b) => [a, b] as const));
    case 'line':
      return line;
    case 'star':
      return others.map((name) => [hub, name] as const);
    case 'ring':
      return names.length > 2 ? [...line, [names.at(-1) ?? hub, hub] as const] : line;
  }
}

class Drawer {
  readonly #random: SimRandom;
  readonly #cast: readonly Actor[];
  readonly #troubles: readonly Trouble[];
  /** Of this run: how hasty people are, and the names they use. */
  readonly #haste: number;
  readonly #paths: readonly string[];

  constructor(random: SimRandom, run: { cast: readonly Actor[]; troubles: ReadonlySet<Trouble> }) {
    this.#random = random;
    this.#cast = run.cast;
    this.#troubles = [...run.troubles];
    this.#haste = random.fork('haste').pick([0.3, 0.8, 0.95, 0.97]);
    this.#paths = PATHS.slice(0, random.fork('names').pick([3, 8, 8, 22]));
  }

  /** The decision of this number; it depends on the seed and the number alone. */
  decision(id: number): Decision {
    const random = this.#random.fork('decision', id);
    const isTrouble = this.#troubles.length > 0 && random.chance(0.25);
    const act = isTrouble ? this.#trouble(random) : this.#userAct(random);
    return { id, when: this.#when(random.fork('when'), act), act };
  }

  #when(random: SimRandom, act: Act): When {
    const mayStrike = this.#troubles.includes('moments') && 'on' in act && act.do !== 'start';
    if (mayStrike && random.chance(0.3)) {
      const program = random.pick(PROGRAMS);
      return { before: { on: act.on, program, nth: random.between(1, 30) } };
    }
    if (random.chance(this.#haste)) return { afterMs: random.pick([0, 0, 0, 0, 0, 1, 5, 20, 150]) };
    if (random.chance(0.02)) return { afterMs: random.between(30_000, 400_000) };
    return { afterMs: random.between(1, 2_500) };
  }

  #device(random: SimRandom): string {
    return random.pick(this.#cast).name;
  }

  #userAct(random: SimRandom): UserAct {
    const on = this.#device(random);
    const path = random.pick(this.#paths);
    const dice = random.unit();
    if (dice < 0.42) return { do: 'write', on, path, ...drawBytes(random), ...this.#care(random) };
    if (dice < 0.5) return { do: 'save', on, path };
    if (dice < 0.56) return { do: 'append', on, path };
    if (dice < 0.62) return { do: 'same-tick', on, path };
    if (dice < 0.76)
      return { do: 'delete', on, path: random.chance(0.8) ? path : random.pick(DIRS) };
    if (dice < 0.85) return { do: 'rename', on, ...this.#move(random) };
    if (dice < 0.88) return { do: 'swap', on, path, to: random.pick(this.#paths) };
    if (dice < 0.92)
      return { do: random.pick(['make-dir', 'link']), on, path: random.pick([...DIRS, path]) };
    if (dice < 0.95) return { do: 'mode', on, path, mode: random.pick(MODES) };
    if (dice < 0.97) return { do: 'touch', on, path };
    return { do: random.pick(['write-copy', 'delete-copy']), on, path };
  }

  #care(random: SimRandom): { careless?: true } {
    if (!this.#troubles.includes('carelessness')) return {};
    return random.chance(0.5) ? { careless: true } : {};
  }

  #move(random: SimRandom): { path: string; to: string } {
    if (random.chance(0.7)) return { path: random.pick(this.#paths), to: random.pick(this.#paths) };
    return { path: random.pick(DIRS), to: random.pick([...DIRS, 'd/m', 'n/d']) };
  }

  #trouble(random: SimRandom): FaultAct | UserAct {
    const on = this.#device(random);
    switch (random.pick(this.#troubles)) {
      case 'links':
        return this.#linkTrouble(random);
      case 'lines':
        return drawLineTrouble(random, [on, this.#device(random)]);
      case 'kills':
        return { do: random.pick(['kill', 'start', 'start']), on };
      case 'stops':
        return { do: random.pick(['stop', 'start', 'start']), on };
      case 'power':
        return this.#cut(random, on);
      case 'errors':
        return random.chance(0.2) ? { do: 'mend', on } : drawError(random, on);
      case 'clocks':
        return { do: 'clock', on, stepMs: drawStep(random) };
      case 'room':
        return drawRoom(random, on);
      case 'database':
        return random.chance(0.15)
          ? { do: 'database', on, how: random.pick(['lost', 'older']) }
          : { do: 'start', on };
      case 'platters':
        return random.chance(0.4) ? drawFailedSync(random, on) : this.#cut(random, on);
      case 'carelessness':
        return this.#cut(random, on);
      case 'roots':
        return { do: random.pick(['hide', 'show', 'show']), on };
      case 'emptying':
        return random.chance(0.15) ? { do: 'empty', on } : this.#userAct(random);
      case 'moments':
        return this.#userAct(random);
    }
  }

  #cut(random: SimRandom, on: string): FaultAct {
    if (random.chance(0.6)) return { do: 'start', on };
    return { do: 'power', on, model: random.pick(CUTS) };
  }

  #linkTrouble(random: SimRandom): FaultAct {
    const [a, b] = [this.#device(random), this.#device(random)];
    const dice = random.unit();
    if (dice < 0.35) return { do: 'cut', a, b };
    if (dice < 0.75) return { do: 'heal', a, b };
    if (dice < 0.85) return { do: 'reset', a, b };
    const link = {
      delayMs: random.pick([0, 5, 200, 2_000]),
      jitterMs: random.pick([0, 5, 500]),
      bytesPerMs: random.pick([1e9, 1_000, 50]),
    };
    return { do: 'shape', a, b, link };
  }
}

function drawBytes(random: SimRandom): { bytes?: number } {
  if (random.chance(0.93)) return {};
  return { bytes: random.pick([9, 4_096, 5_000, 131_071, 131_072, 131_073, 300_000]) };
}

function drawError(random: SimRandom, on: string): FaultAct {
  const { code, calls } = random.pick(ERRORS);
  const times = random.pick([1, 1, 1, 3, 20]);
  const nth = random.pick([1, 1, 2, 5, 20]);
  return { do: 'fault', on, order: { call: random.pick<FileCallName>(calls), nth, times, code } };
}

/** What wires and boxes in between do: bytes that lead nowhere, one direction, another address, tiny pieces. */
function drawLineTrouble(random: SimRandom, [from, to]: readonly [string, string]): FaultAct {
  const order = (): NetworkOrder => {
    switch (random.pick(['open', 'open', 'close', 'way', 'silence', 'move', 'shape'] as const)) {
      case 'open':
        return { kind: 'half-open', from, to };
      case 'close':
        return { kind: 'half-close', from, to };
      case 'way':
        return { kind: 'cut-one-way', from, to };
      case 'silence':
        return { kind: 'silence', device: from };
      case 'move':
        return { kind: 'move', device: from, host: random.pick([from, `${from}-elsewhere`]) };
      case 'shape':
        return { kind: 'shape', from, to, traits: random.pick(LINES) };
    }
  };
  return from === to
    ? { do: 'network', order: { kind: 'silence', device: from } }
    : { do: 'network', order: order() };
}

/** A disk that cannot keep what it has taken, and says so once. */
function drawFailedSync(random: SimRandom, on: string): FaultAct {
  const call = random.pick(['sync', 'sync', 'syncFileSystem'] as const);
  const [nth, times] = [random.pick([1, 2, 3, 4, 5]), random.pick([1, 1, 2, 8])];
  return { do: 'fault', on, order: { call, nth, times, code: 'FILE_FAILED' } };
}

function drawStep(random: SimRandom): number {
  const most = random.pick([5_000, 3_600_000, TEN_YEARS_MS]);
  return Math.round((2 * random.unit() - 1) * most);
}

function drawRoom(random: SimRandom, on: string): FaultAct {
  const dice = random.unit();
  if (dice < 0.5) return { do: 'mend', on };
  if (dice < 0.65) return { do: 'read-only', on };
  return { do: 'room', on, bytes: random.pick([0, 4_096, 70_000, 200_000]) };
}
