/**
 * Draws a script from a seed. Few names, so that people get in each other's way; for each run another mix of troubles, runs
 * without any and with one alone among them, so that no trouble always hides behind another.
 */

import type { DiskOptions } from '../sim/disk-options.ts';
import { SimRandom } from '../sim/random.ts';
import { drawCast, drawLinks, MOST_DEVICES } from './draw-cast.ts';
import {
  drawError,
  drawFailedSync,
  drawLineTrouble,
  drawRoom,
  drawSlowness,
  drawStep,
} from './draw-faults.ts';
import { type Deed, type DrawOptions, TROUBLES, type Trouble } from './draw-options.ts';
import type { Act, Actor, Decision, FaultAct, Flock, Script, UserAct, When } from './script.ts';

/** Names of files: a run uses a few of them, so that people meet, or many, so that much is under way. */
const PATHS: readonly string[] = [
  ...['f', 'd/x', 'd/e/z', 'g', 'dx', 'd/y', 'm/n', 'h'],
  ...Array.from({ length: 14 }, (_, at) => `${['', 'd/', 'w/'][at % 3]}p${at}`),
];
/** What disks take for one that fold case, and what has two forms. */
const CASES = ['f', 'F', 'd/x', 'D/x', 'd/X'] as const;
const ACCENTS = ['\u00e9', 'd/\u00e8', '\u00e0/x'] as const;
const DIRS = ['d', 'd/e', 'm', 'n'] as const;
/** Where programs go through many files. */
const FLOCK_DIRS = ['d', 'm', 'w', 'w', 'w/v'] as const;
/** Which share of what people do in a run is the work of such programs. */
const FLOCK_SHARES = [0, 0, 0, 0.2, 0.35, 0.5] as const;
/** In one run of so many they go through many times as many: more than one look, one group, one message takes. */
const CROWDS_IN = 12;
const CROWD_TIMES = 8;
/** Some of their files, by which people meet them. */
const FLOCK_PATHS: readonly string[] = ['w/0', 'd/1', 'w/v/2'];
const MODES = [0o644, 0o755, 0o600] as const;
const CUTS = ['ordered', 'weak', 'nothing'] as const;
const PROGRAMS = ['apply', 'settle', 'look', 'study', 'writePieces', 'reuse', 'serve'] as const;
/** Acts of fate among all, where there is any trouble. */
const FATE = 0.25;

/** Equal seeds and options draw equal scripts. */
export function drawScript(seed: number, options: DrawOptions = {}): Script {
  const random = new SimRandom(seed).fork('script');
  const cast = drawCast(random.fork('cast')).slice(0, Math.max(2, options.devices ?? MOST_DEVICES));
  const troubles = options.troubles ?? drawTroubles(random.fork('troubles'));
  const count = options.acts ?? random.fork('length').between(20, 150);
  const drawer = new Drawer(random, { cast, troubles, options });
  const decisions = Array.from({ length: count }, (_, at) => drawer.decision(at + 1));
  const names = cast.map(({ name }) => name);
  const links = drawLinks(random.fork('links'), names);
  const schedule = random.fork('schedule').pick(['even', 'even', 'ragged', 'plain'] as const);
  return { format: 1, seed, schedule, cast, links, decisions };
}

function drawTroubles(random: SimRandom): readonly Trouble[] {
  const mix = random.unit();
  if (mix < 0.1) return [];
  if (mix < 0.4) return [random.pick(TROUBLES)];
  return TROUBLES.filter(() => random.chance(0.4));
}

class Drawer {
  readonly #random: SimRandom;
  readonly #cast: readonly Actor[];
  readonly #troubles: readonly Trouble[];
  readonly #fate: number;
  /** Of this run: how hasty people are, and the names they use. */
  readonly #haste: number;
  readonly #paths: readonly string[];
  readonly #dirs: readonly string[];
  readonly #flocks: number;
  readonly #people: readonly Deed[] | undefined;
  readonly #flockDirs: readonly string[];
  readonly #crowd: number;

  constructor(
    random: SimRandom,
    run: { cast: readonly Actor[]; troubles: readonly Trouble[]; options: DrawOptions },
  ) {
    this.#random = random;
    this.#cast = run.cast;
    this.#troubles = run.troubles;
    this.#people = run.options.people;
    this.#fate = run.options.fate ?? FATE;
    this.#haste = random.fork('haste').pick([0.3, 0.8, 0.95, 0.97]);
    this.#flocks = run.options.flocks ?? random.fork('flocks').pick(FLOCK_SHARES);
    this.#crowd = random.fork('crowd').chance(1 / CROWDS_IN) ? CROWD_TIMES : 1;
    const flockDirs = random.fork('flock directories');
    this.#flockDirs = [flockDirs.pick(FLOCK_DIRS), flockDirs.pick(FLOCK_DIRS)];
    const [odd, dirs] = drawOddNames(run.cast);
    const names = run.options.names ?? random.fork('names').pick([3, 8, 8, 22]);
    const paths = [...new Set([...odd, ...PATHS])].slice(0, odd.length + names);
    this.#paths = this.#flocks > 0 ? [...paths, ...FLOCK_PATHS] : paths;
    this.#dirs = [...DIRS, ...dirs, ...(this.#flocks > 0 ? ['w'] : [])];
  }

  /** The decision of this number; it depends on the seed and the number alone. */
  decision(id: number): Decision {
    const random = this.#random.fork('decision', id);
    const isTrouble = this.#troubles.length > 0 && random.chance(this.#fate);
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
    if (random.fork('flock').chance(this.#flocks)) return { ...this.#flock(random), on };
    return this.#people === undefined
      ? this.#deed(random, on)
      : this.#chosenDeed(random, { on, people: this.#people });
  }

  /** One of these, each as often as another. */
  #chosenDeed(
    random: SimRandom,
    { on, people }: { readonly on: string; readonly people: readonly Deed[] },
  ): UserAct {
    const wanted = random.fork('deed').pick(people);
    for (let tries = 0; ; tries++) {
      const act = this.#deed(random.fork('try', tries), on);
      if (act.do === wanted) return act;
    }
  }

  #deed(random: SimRandom, on: string): UserAct {
    const path = random.pick(this.#paths);
    const dice = random.unit();
    if (dice < 0.42) return { do: 'write', on, path, ...drawBytes(random), ...this.#care(random) };
    if (dice < 0.5) return { do: 'save', on, path };
    if (dice < 0.56) return { do: 'append', on, path };
    if (dice < 0.62) return { do: 'same-tick', on, path };
    if (dice < 0.76)
      return { do: 'delete', on, path: random.chance(0.8) ? path : random.pick(this.#dirs) };
    if (dice < 0.85) return { do: 'rename', on, ...this.#move(random) };
    if (dice < 0.88) return { do: 'swap', on, path, to: random.pick(this.#paths) };
    if (dice < 0.92)
      return {
        do: random.pick(['make-dir', 'link']),
        on,
        path: random.pick([...this.#dirs, path]),
      };
    if (dice < 0.95) return { do: 'mode', on, path, mode: random.pick(MODES) };
    if (dice < 0.97) return { do: 'touch', on, path };
    return { do: random.pick(['write-copy', 'delete-copy']), on, path };
  }

  #flock(random: SimRandom): Flock {
    const what = {
      do: 'each',
      path: random.pick(this.#flockDirs),
      count: random.between(10, 60) * this.#crowd,
    } as const;
    const dice = random.unit();
    if (dice < 0.4) return { ...what, act: 'write', ...this.#care(random) };
    if (dice < 0.75)
      return { ...what, act: random.pick(['append', 'same-tick', 'touch', 'delete']) };
    if (dice < 0.82) return { ...what, act: 'mode', mode: random.pick(MODES) };
    return { ...what, act: 'rename', to: random.pick([...this.#flockDirs, ...FLOCK_DIRS]) };
  }

  #care(random: SimRandom): { careless?: true } {
    if (!this.#troubles.includes('carelessness')) return {};
    return random.chance(0.5) ? { careless: true } : {};
  }

  #move(random: SimRandom): { path: string; to: string } {
    if (random.chance(0.7)) return { path: random.pick(this.#paths), to: random.pick(this.#paths) };
    return { path: random.pick(this.#dirs), to: random.pick([...this.#dirs, 'd/m', 'n/d']) };
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
      case 'slowness':
        return drawSlowness(random, on);
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

/** Names that the disks of this run take in their own way: of files, and of directories. */
function drawOddNames(cast: readonly Actor[]): readonly [readonly string[], readonly string[]] {
  const isAny = (is: (disk: DiskOptions) => boolean): boolean =>
    cast.some(({ disk }) => disk !== undefined && is(disk));
  const folds = isAny(({ foldsCase }) => foldsCase !== undefined);
  const forms = isAny(({ normalForm }) => normalForm !== undefined);
  return [
    [...(folds ? CASES : []), ...(forms ? ACCENTS : [])],
    [...(folds ? ['D'] : []), ...(forms ? ['\u00e0'] : [])],
  ];
}
