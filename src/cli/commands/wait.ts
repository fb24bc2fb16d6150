/** `kith wait`: returns when everything is everywhere, or says why it is not. */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { findDevice } from '../../api/config.ts';
import { folderIdSchema, textSchema } from '../../api/fields.ts';
import type { StatusReport } from '../../api/status.ts';
import { asKithError, KithError } from '../../base/error.ts';
import { parseDeviceId } from '../../model/device-id.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { followStatus } from '../follow.ts';
import { plainText } from '../format.ts';
import { liveProgress } from '../progress/live.ts';
import { judge, type Verdict, type Wanted } from '../verdict.ts';

/** A daemon that is just being started, or restarted, is waited for. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 100;
/** Even the shortest wait gives the daemon time to answer once. */
const LEAST_MS = 1000;

const seconds = textSchema
  .refine((text) => /^\d{1,6}(\.\d{1,3})?$/.test(text), 'must be a number of seconds, such as 30')
  .transform(Number);

export const waitCommand = defineCommand({
  name: 'wait',
  summary: 'Wait until this device and the others hold the same',
  arguments: [
    { form: '[folder]', about: 'only this folder (default: every folder that is shared)' },
  ],
  options: [
    { form: '--device <device>', about: 'only with this device, by name or id' },
    { form: '--timeout <seconds>', about: 'give up then, with exit code 4 (default: never)' },
  ],
  examples: ['kith wait', 'kith wait docs --device nas --timeout 60'],
  input: z.object({
    folder: folderIdSchema.optional(),
    device: textSchema.optional(),
    timeout: seconds.optional(),
  }),
  async run({ folder, device, timeout = Number.POSITIVE_INFINITY }, context) {
    const endMs = performance.now() + timeout * 1000;
    using deadline = deadlineAfter(Math.max(timeout * 1000, LEAST_MS));
    const signal = AbortSignal.any([context.signal, deadline.signal]);
    let verdict: Verdict | undefined;
    const away: Away = { reason: undefined };
    using progress = liveProgress(context.out);
    try {
      for await (const report of reports({ ...context, signal }, away)) {
        const wanted = wantedOf(report, { folder, device });
        verdict = judge(report, wanted);
        progress.show(report, wanted);
        if (verdict.kind !== 'waiting' || performance.now() >= endMs) break;
      }
    } catch (error) {
      const isLate = deadline.signal.aborted && !context.signal.aborted;
      if (!isLate) throw error;
    }
    if (verdict === undefined) {
      throw away.reason ?? new KithError('DAEMON_UNREACHABLE', { home: context.home });
    }
    progress.conclude();
    return conclude(verdict, context);
  },
});

/** A signal that aborts after `ms`, which may be endless. */
function deadlineAfter(ms: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = Number.isFinite(ms) ? setTimeout(() => controller.abort(), ms) : undefined;
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Why nobody answered, the last time that nobody did. */
interface Away {
  reason: KithError | undefined;
}

/** Status after status, over a restart of the daemon too. */
async function* reports(context: Context, away: Away): AsyncGenerator<StatusReport> {
  let heardMs = performance.now();
  for (;;) {
    try {
      for await (const report of followStatus(await connectToDaemon(context))) {
        yield report;
        heardMs = performance.now();
      }
    } catch (error) {
      const isAway =
        asKithError(error, 'DAEMON_NOT_RUNNING') ?? asKithError(error, 'DAEMON_UNREACHABLE');
      if (isAway === undefined || performance.now() - heardMs > PATIENCE_MS) throw error;
      away.reason = isAway;
    }
    await sleep(RETRY_MS, undefined, { signal: context.signal });
  }
}

/** FOLDER_UNKNOWN, or DEVICE_UNKNOWN if the device shares none of the folders: waiting for it would never end. */
function wantedOf(
  { folders }: StatusReport,
  { folder, device }: { readonly folder: string | undefined; readonly device: string | undefined },
): Wanted {
  const among = folders.filter(({ id }) => folder === undefined || id === folder);
  if (folder !== undefined && among.length === 0) throw new KithError('FOLDER_UNKNOWN', { folder });
  if (device === undefined) return { folder };
  const devices = among.flatMap(({ devices: sharers }) => sharers);
  const known = devices.map(({ id, name }) => ({ id: parseDeviceId(id), name }));
  const found = findDevice(known, device);
  if (found === undefined) throw new KithError('DEVICE_UNKNOWN', { device });
  return { folder, device: found.id };
}

function conclude(verdict: Verdict, { out }: Context): ExitCode {
  if (verdict.kind === 'equal') return ExitCode.ok;
  for (const reason of verdict.reasons) out.note(plainText(reason));
  return verdict.kind === 'attention' ? ExitCode.attention : ExitCode.timedOut;
}
