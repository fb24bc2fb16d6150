/** A folder's status, put together from the parts that know it. */

import { ERRORS, type KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderKind } from '../model/folder.ts';
import type { Problem } from '../model/problem.ts';
import type { FolderRun } from './folder-run.ts';
import { stateOf } from './folder-state.ts';
import { completionOf, type FolderStatus, isNothing } from './folder-status.ts';
import type { ProblemBook } from './problem-book.ts';
import type { Sources } from './sources.ts';
import type { Totals } from './totals.ts';

/** Who is asked. */
export interface Reporters {
  readonly nowMs: number;
  readonly kind: FolderKind;
  readonly isPaused: boolean;
  readonly totals: Totals;
  readonly sources: Sources;
  /** That share it, without this one. */
  readonly devices: readonly DeviceId[];
  /** Since when each device has lacked something; those that lack nothing are not in it. */
  readonly lackingSinceMs: ReadonlyMap<DeviceId, number>;
  readonly running: FolderRun | undefined;
  readonly stopped: KithError | undefined;
}

/** The status at this moment; nothing in it changes later. */
export function reportOf(reporters: Reporters): FolderStatus {
  const { totals, sources, running, stopped, nowMs } = reporters;
  const { local, global, need, kept } = totals;
  const books = running === undefined ? [] : [running.observer.problems, running.puller.problems];
  const problems = books.flatMap((book) => book.list(nowMs));
  const devices = reporters.devices.map((device) => {
    const lacking = totals.needOf(device);
    return {
      device,
      heard: running?.hearings.isHeard(device) === true,
      connected: sources.has(device),
      announcesTooMuch: running?.context.allowance.isUsedUp(device) === true,
      need: { ...lacking },
      givenBytes: Math.min(lacking.bytes, running?.context.tally.givenTo(device) ?? 0),
      completion: completionOf(lacking, global),
      freshnessMs: isNothing(lacking) ? 0 : nowMs - (reporters.lackingSinceMs.get(device) ?? nowMs),
    };
  });
  const state = stateOf({
    kind: reporters.kind,
    isPaused: reporters.isPaused,
    stopped,
    work: workOf(running),
    need,
    kept,
    problems: problems.length,
    isTryingAgain: books.some((book: ProblemBook) => book.isAnyPassing(nowMs)),
    devices,
  });
  const progress = running?.context.tally.progress();
  const amounts = {
    local: { ...local },
    global: { ...global },
    need: { ...need },
    kept: { ...kept },
    otherModes: totals.otherModes,
  };
  const all = [...problems, ...keptProblems(totals)];
  return { ...state, ...amounts, problems: all, devices, progress };
}

function workOf(running: FolderRun | undefined): Parameters<typeof stateOf>[0]['work'] {
  if (running === undefined) return undefined;
  const seen = running.observer.state();
  return { ...seen, isResting: seen.isResting && running.puller.isResting() };
}

function keptProblems(totals: Totals): readonly Problem[] {
  const code = 'CHANGE_KEPT';
  return totals.keptPaths().map((path) => ({ path, code, text: ERRORS[code].text }));
}
