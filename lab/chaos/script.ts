/**
 * A script is a whole run as data: who there is, and every decision that departs from an ordinary day, in order. What no
 * decision names follows from the seed, keyed by what it is about, so that a decision that is taken out leaves the others as
 * they were. A script that is performed again tells the same story.
 */

import type { DeviceOptions } from '../sim/device.ts';
import type { FaultOrder, SlowOrder } from '../sim/file-faults.ts';
import type { LinkTraits } from '../sim/link.ts';
import type { NetworkOrder } from '../sim/network-order.ts';
import type { Schedule } from '../sim/pace.ts';
import type { CrashModel } from '../sim/power-cut.ts';
import type { WatchTraits } from '../sim/watcher.ts';

/** One run. */
export interface Script {
  readonly format: 1;
  /** Of everything that no decision names. */
  readonly seed: number;
  readonly schedule: Schedule;
  readonly cast: readonly Actor[];
  /** Who knows whom, by name. */
  readonly links: readonly (readonly [string, string])[];
  readonly decisions: readonly Decision[];
}

export interface Actor extends DeviceOptions {
  readonly name: string;
  /** Parts per million that its clock runs fast. */
  readonly driftPpm?: number;
}

/** `id` stays with a decision when others are taken out; values that are written bear it. */
export interface Decision {
  readonly id: number;
  readonly when: When;
  readonly act: Act;
}

/**
 * Milliseconds after the decision before it; or just before the `nth` call of programs of that name on a device, counted
 * from when the decision before it was due.
 */
export type When =
  | { readonly afterMs: number }
  | { readonly before: { readonly on: string; readonly program: string; readonly nth: number } };

export type Act = UserAct | FaultAct;

/** What people and their programs do on the disk of one device. Durable at once, as programs do that care; `careless` ones do not. */
export type UserAct = { readonly on: string } & (
  | {
      readonly do: 'write' | 'save' | 'append';
      readonly path: string;
      readonly bytes?: number;
      readonly careless?: true;
    }
  /** Takes away all that is in the folder. */
  | { readonly do: 'empty' }
  | { readonly do: 'same-tick' | 'delete' | 'make-dir' | 'link' | 'touch'; readonly path: string }
  | { readonly do: 'rename' | 'swap'; readonly path: string; readonly to: string }
  | { readonly do: 'mode'; readonly path: string; readonly mode: number }
  /** To a conflict copy of the path, if there is one. */
  | { readonly do: 'write-copy' | 'delete-copy'; readonly path: string }
  | Flock
);

/**
 * A program that goes through many files at one moment, as unpacking, replacing in a whole tree or `rm -r` do: the same act on
 * `path/0` to `path/count - 1`, each where it can be done. A rename takes them to the directory `to`.
 */
export type Flock = {
  readonly do: 'each';
  readonly path: string;
  readonly count: number;
} & (
  | { readonly act: 'write'; readonly careless?: true }
  | { readonly act: 'append' | 'same-tick' | 'touch' | 'delete' }
  | { readonly act: 'mode'; readonly mode: number }
  | { readonly act: 'rename'; readonly to: string }
);

/** What happens to devices and what is between them. Does nothing where it does not apply. */
export type FaultAct =
  | { readonly do: 'cut' | 'heal' | 'reset'; readonly a: string; readonly b: string }
  | {
      readonly do: 'shape';
      readonly a: string;
      readonly b: string;
      readonly link: Partial<LinkTraits>;
    }
  | { readonly do: 'network'; readonly order: NetworkOrder }
  | { readonly do: 'kill' | 'start' | 'stop' | 'mend'; readonly on: string }
  | { readonly do: 'power'; readonly on: string; readonly model: Exclude<CrashModel, 'kill'> }
  | { readonly do: 'clock'; readonly on: string; readonly stepMs: number }
  | { readonly do: 'fault'; readonly on: string; readonly order: FaultOrder }
  /** So much is left of the disk, or to this user. */
  | { readonly do: 'room' | 'quota'; readonly on: string; readonly bytes: number }
  /** So many more files, directories and links fit. */
  | { readonly do: 'inodes'; readonly on: string; readonly more: number }
  | { readonly do: 'slow'; readonly on: string; readonly order: SlowOrder }
  | { readonly do: 'read-only'; readonly on: string }
  /** Another, empty disk hides the whole folder, or goes away again. */
  | { readonly do: 'hide' | 'show'; readonly on: string }
  | { readonly do: 'watch'; readonly on: string; readonly watch: Partial<WatchTraits> }
  | { readonly do: 'database'; readonly on: string; readonly how: 'lost' | 'older' };

const USER_ACTS: ReadonlySet<string> = new Set([
  'write',
  'save',
  'append',
  'same-tick',
  'delete',
  'make-dir',
  'link',
  'touch',
  'rename',
  'swap',
  'mode',
  'write-copy',
  'delete-copy',
  'empty',
  'each',
] satisfies readonly UserAct['do'][]);

/** Tells people from faults. */
export function isUserAct(act: Act): act is UserAct {
  return USER_ACTS.has(act.do);
}

/** One line for people. */
export function describeDecision({ id, when, act }: Decision): string {
  const { do: what, ...facts } = act;
  const time =
    'afterMs' in when
      ? `+${when.afterMs.toFixed(1)} ms`
      : `before call ${when.before.nth} of ${when.before.program} on ${when.before.on}`;
  const rest = Object.entries(facts).map(([name, value]) => `${name} ${show(value)}`);
  return `${id}. ${time}: ${what} ${rest.join(', ')}`;
}

function show(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
