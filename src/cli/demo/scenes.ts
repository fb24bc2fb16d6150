/** What all devices say at one moment, again and again. */

import type { FolderStatus } from '../../api/status.ts';
import { TaskGroup } from '../../base/task-group.ts';
import { followStatus } from '../follow.ts';
import { judge, type Verdict } from '../verdict.ts';
import { type DemoDevice, FOLDER_ID } from './devices.ts';

/** The newest word of each device, in the order of the devices. */
export interface Scene {
  readonly folders: readonly FolderStatus[];
  /** `equal` if every device says so of itself and all others, and all count the same. */
  readonly verdict: Verdict;
  /** Since the watching began. */
  readonly elapsedMs: number;
}

/**
 * Calls `onScene` soon after every change until it says `enough` or the signal aborts (then the reason is thrown).
 * DEMO_DAEMON_ENDED if a daemon ends.
 */
export async function watchScenes(
  devices: readonly DemoDevice[],
  options: { readonly signal: AbortSignal; readonly onScene: (scene: Scene) => 'more' | 'enough' },
): Promise<void> {
  const startMs = performance.now();
  const folders: (FolderStatus | undefined)[] = devices.map(() => undefined);
  const verdicts: (Verdict | undefined)[] = devices.map(() => undefined);
  const group = new TaskGroup(options.signal);
  for (const [at, device] of devices.entries()) {
    group.start(async (signal) => {
      for await (const report of followStatus(device.client)) {
        if (signal.aborted) return;
        folders[at] = report.folders.find(({ id }) => id === FOLDER_ID);
        verdicts[at] = judge(report, { folder: FOLDER_ID });
        const known = folders.filter((folder) => folder !== undefined);
        if (known.length < devices.length) continue;
        const elapsedMs = performance.now() - startMs;
        const scene = { folders: known, verdict: verdictOf(known, verdicts), elapsedMs };
        if (options.onScene(scene) === 'enough') group.cancel(new Error('enough'));
      }
    });
    group.start((signal) => endOf(device, signal));
  }
  await group.join();
  options.signal.throwIfAborted();
}

/** Rejects if the daemon ends; resolves at the abort. */
async function endOf({ daemon }: DemoDevice, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await Promise.race([daemon.ended, aborted]);
}

/**
 * A person who is needed comes first, then whoever still waits. The words of the devices are not of one moment: one that has
 * not noticed a change yet may still call equal what was; its sums tell.
 */
function verdictOf(
  folders: readonly FolderStatus[],
  verdicts: readonly (Verdict | undefined)[],
): Verdict {
  const known = verdicts.filter((verdict) => verdict !== undefined);
  const reasonsOf = (kind: 'attention' | 'waiting'): readonly string[] =>
    known.flatMap((verdict) => (verdict.kind === kind ? verdict.reasons : []));
  for (const kind of ['attention', 'waiting'] as const) {
    const reasons = [...new Set(reasonsOf(kind))];
    if (reasons.length > 0) return { kind, reasons };
  }
  const sums = new Set(folders.map(({ local }) => JSON.stringify(local)));
  return sums.size === 1
    ? { kind: 'equal' }
    : { kind: 'waiting', reasons: ['the devices do not hold the same number of files and bytes'] };
}
