/** Shows how far the daemon has come, while something that it was asked for goes on. */

import type { Context } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { errorLines } from '../error-text.ts';
import { followStatus } from '../follow.ts';
import { liveProgress } from './live.ts';

/** Resolves or rejects as `work` does. Asks for nothing where nobody would see it. */
export async function showWhile<Result>(
  work: Promise<Result>,
  context: Context,
  folder: string | undefined,
): Promise<Result> {
  if (context.out.live === undefined) return await work;
  const over = new AbortController();
  const shown = follow(
    { ...context, signal: AbortSignal.any([context.signal, over.signal]) },
    folder,
  );
  try {
    return await work;
  } finally {
    over.abort(new Error('over'));
    await shown;
  }
}

/** That nothing can be shown does not touch the work: it is said, and that is all. */
async function follow(context: Context, folder: string | undefined): Promise<void> {
  using progress = liveProgress(context.out);
  try {
    for await (const report of followStatus(await connectToDaemon(context))) {
      progress.show(report, { folder });
    }
  } catch (error) {
    if (context.signal.aborted) return;
    for (const line of errorLines(error)) context.out.note(line);
  }
}
