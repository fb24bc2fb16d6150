/** `kith up`: runs the daemon in the foreground until it is asked to stop. */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { notifySystemd, type ServiceState } from '../../host/sd-notify.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';
import { errorLines } from '../error-text.ts';
import type { RunningDaemon } from '../program.ts';
import { liveProgress } from '../progress/live.ts';

/** How often the bars below the log are drawn. */
const REDRAW_MS = 500;

export const upCommand = defineCommand({
  name: 'up',
  summary: 'Run the daemon in the foreground; SIGTERM or Ctrl-C stops it',
  examples: ['kith up', 'kith --home ~/second up'],
  input: z.object({}),
  async run(_input, context) {
    const { home, program, signal, out } = context;
    signal.addEventListener('abort', () => tell('STOPPING=1', context), { once: true });
    const over = new AbortController();
    let shown: Promise<void> | undefined;
    try {
      await program.runDaemon(home, {
        signal,
        log: (lines) => out.log(lines),
        onReady: (running) => {
          tell('READY=1', context);
          shown = showProgress(running, context, AbortSignal.any([signal, over.signal]));
        },
      });
    } finally {
      over.abort();
      await shown;
    }
    return ExitCode.ok;
  },
});

/** On a terminal, bars below the log for as long as there is something to do. Never rejects. */
async function showProgress(
  running: RunningDaemon,
  { out }: Context,
  signal: AbortSignal,
): Promise<void> {
  if (out.live === undefined) return;
  using progress = liveProgress(out);
  try {
    for (;;) {
      progress.show(await running.status(), {});
      await sleep(REDRAW_MS, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) return;
    // The daemon goes on without its bars.
    for (const line of errorLines(error)) out.note(line);
  }
}

/** A supervisor that cannot be told is no reason to stop: a person reads why. */
function tell(state: ServiceState, { env, out }: Context): void {
  notifySystemd(state, env).catch((error: unknown) => {
    out.note(`kith: systemd was not told ${state}: ${String(error)}`);
  });
}
