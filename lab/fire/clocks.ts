/** Devices whose clock is wrong, or is set while they run, over the core flows. Kith may use time to name things and to choose between
 * edits, never to tell what is newer or what is gone. */

import { lstatSync, lutimesSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from './case.ts';
import { FLOWS, type Flow } from './flows.ts';
import type { Pool } from './pool.ts';
import { command, hasTime, needing, type Run } from './run.ts';

const DAY_S = 86_400;
const STEP_MS = 700;
/** What was written so lately was written by this run. */
const RECENT_S = 6 * 3600;

/** A wrong clock: seconds that it is ahead, one after the other while the device runs. */
const CLOCKS: Readonly<Record<string, readonly number[]>> = {
  'three-years-ahead': [3 * 365 * DAY_S],
  'in-2001': [2001],
  'set-back-and-forth': [3 * 365 * DAY_S, -DAY_S, 0, -30 * DAY_S, 60],
};

export interface ClockChoice {
  readonly flow?: string | undefined;
  readonly victim?: string | undefined;
  readonly clock?: string | undefined;
  /** Cases at most, spread by the seed. */
  readonly most?: number | undefined;
}

export async function clocks(run: Run, pool: Pool, choice: ClockChoice): Promise<void> {
  const find = () => command('sh', '-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1');
  const library = (await needing('a clock that is wrong', find)).trim();
  const all = casesOf(choice);
  const first = run.seed % Math.max(1, all.length);
  const order = [...all.slice(first), ...all.slice(0, first)];
  const step = Math.max(1, Math.floor(all.length / (choice.most ?? all.length)));
  const chosen = order.filter((_, at) => at % step === 0).slice(0, choice.most);
  await pool.each(chosen, async ({ flow, victim, clock }, worker) => {
    if (!hasTime(run)) return;
    const file = path.join(run.directory, `clock-${worker}`);
    const { touchUp, ...rest } = wrong({ clock, file, library });
    // What the others had already would be edited by that.
    const isAuthor = victim === 'a' && flow.names.length === 2 && flow.copies === undefined;
    const one: Case = { flow, victim, ...rest, ...(isAuthor ? { touchUp } : {}) };
    const repeat = `clocks --flow ${flow.name} --victim ${victim} --clock ${clock}`;
    await pool.play(one, { repeat, worker });
  });
}

function casesOf({ flow, victim, clock }: ClockChoice) {
  return Object.keys(CLOCKS)
    .filter((name) => (clock ?? name) === name)
    .flatMap((name) =>
      FLOWS.filter((each) => (flow ?? each.name) === each.name).flatMap((each: Flow) =>
        each.victims
          .filter((who) => (victim ?? who) === who)
          .map((who) => ({ flow: each, victim: who, clock: name })),
      ),
    );
}

/** The device sees this clock; what was done there bears its times. */
function wrong(parts: {
  readonly clock: string;
  readonly file: string;
  readonly library: string;
}): Required<Pick<Case, 'env' | 'touchUp' | 'beside'>> {
  const { clock, file, library } = parts;
  const nowS = Date.now() / 1000;
  const steps = (CLOCKS[clock] ?? []).map((step) =>
    step === 2001 ? Date.UTC(2001, 0, 1) / 1000 - nowS : step,
  );
  const set = (step: number): void =>
    writeFileSync(file, `${step >= 0 ? '+' : ''}${Math.round(step)}`);
  set(steps[0] ?? 0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // A clock that is set leaves the one alone that timers go by; times of files are the kernel's.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    touchUp: (root) => shiftTimes(root, { sinceS: nowS - RECENT_S, byS: steps[0] ?? 0 }),
    beside: async (signal) => {
      for (let at = 1; !signal.aborted && steps.length > 1; at = (at + 1) % steps.length) {
        await sleep(STEP_MS, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        set(steps[at] ?? 0);
      }
    },
  };
}

/** Files and links that were written just now bear times of the wrong clock. */
function shiftTimes(root: string, shift: { readonly sinceS: number; readonly byS: number }): void {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const place = path.join(root, entry.name);
    if (entry.name === '.kith') continue;
    if (entry.isDirectory()) shiftTimes(place, shift);
    const { mtimeMs } = lstatSync(place);
    const isNew = mtimeMs / 1000 > shift.sinceS && mtimeMs / 1000 < shift.sinceS + 2 * RECENT_S;
    if (isNew) lutimesSync(place, mtimeMs / 1000 + shift.byS, mtimeMs / 1000 + shift.byS);
  }
}
