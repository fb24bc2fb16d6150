/** `kith status`: asks the daemon and prints; nothing else lives here. */

import { z } from 'zod';
import { folderIdSchema } from '../../api/fields.ts';
import type { StatusReport } from '../../api/status.ts';
import { asKithError, KithError } from '../../base/error.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { followStatus } from '../follow.ts';
import { liveProgress } from '../progress/live.ts';
import { statusLines } from '../status-text.ts';
import { needsAttention } from '../verdict.ts';

export const statusCommand = defineCommand({
  name: 'status',
  summary: 'Show what folders and devices are doing',
  arguments: [{ form: '[folder]', about: 'only this folder' }],
  options: [
    { form: '--watch', about: 'show it again at every change, until interrupted' },
    { form: '--json', about: 'print JSON; with --watch one line each time' },
  ],
  examples: ['kith status', 'kith status docs --watch', 'kith status --json'],
  input: z.object({
    folder: folderIdSchema.optional(),
    watch: z.boolean().default(false),
    json: z.boolean().default(false),
  }),
  async run({ folder, watch, json }, context) {
    if (watch) return await watchStatus();
    const client = await connectToDaemon(context);
    const report = pick(await client.status(), folder);
    if (json) context.out.json(report);
    else print(report, context);
    return report.folders.some(needsAttention) ? ExitCode.attention : ExitCode.ok;

    async function watchStatus(): Promise<ExitCode> {
      let shown = '';
      using progress = liveProgress(context.out);
      try {
        for await (const whole of statuses(context)) {
          const next = pick(whole, folder);
          // The clock alone is no change.
          const { uptimeMs: _, ...facts } = next;
          if (JSON.stringify(facts) === shown) continue;
          shown = JSON.stringify(facts);
          show(next);
          if (!json) progress.show(next, {});
        }
      } catch (error) {
        if (context.signal.aborted) return ExitCode.ok;
        throw error;
      }
      return ExitCode.ok;
    }

    function show(report: StatusReport): void {
      if (json) context.out.json(report, 'compact');
      else {
        // The bars stand below it and are drawn anew.
        context.out.draft([]);
        context.out.clear();
        print(report, context);
      }
    }
  },
});

/** Status after status. DAEMON_NOT_RUNNING once the daemon has ended; one that took its place already is asked instead. */
async function* statuses(context: Context): AsyncGenerator<StatusReport> {
  for (;;) {
    const client = await connectToDaemon(context);
    try {
      yield* followStatus(client);
    } catch (error) {
      if (asKithError(error, 'DAEMON_UNREACHABLE') === undefined) throw error;
    }
  }
}

function print(report: StatusReport, { out }: Context): void {
  const lines = statusLines(report, { paint: out.paint, nowMs: Date.now() });
  for (const line of lines) out.line(line);
}

function pick(report: StatusReport, folder: string | undefined): StatusReport {
  if (folder === undefined) return report;
  const folders = report.folders.filter(({ id }) => id === folder);
  if (folders.length === 0) throw new KithError('FOLDER_UNKNOWN', { folder });
  return { ...report, folders };
}
