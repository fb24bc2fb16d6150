/** `kith rescan`: looks at every file of a folder now, and ends when that is done. */

import { rescanSchema } from '../../api/requests.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { plainText } from '../format.ts';
import { showWhile } from '../progress/while.ts';

/** States in which nothing is looked at. */
const UNSEEN: readonly string[] = ['stopped', 'error', 'paused'];

export const rescanCommand = defineCommand({
  name: 'rescan',
  summary: 'Look for changes now, without waiting for the watcher',
  arguments: [{ form: '[folder]', about: 'only this folder (default: all)' }],
  options: [
    {
      form: '--confirm-emptied',
      about: 'everything in this folder was deleted on purpose: delete it elsewhere too',
    },
  ],
  examples: ['kith rescan', 'kith rescan docs --confirm-emptied'],
  input: rescanSchema,
  async run(request, context) {
    const client = await connectToDaemon(context);
    await showWhile(client.rescan(request), context, request.folder);
    const { folders } = await client.status();
    const wanted = folders.filter(({ id }) => id === (request.folder ?? id));
    const unseen = wanted.filter(({ state }) => UNSEEN.includes(state));
    for (const { id, state, stateReason } of unseen) {
      context.out.note(
        plainText(
          `${id}: not looked at; ${state}${stateReason === null ? '' : `: ${stateReason}`}`,
        ),
      );
    }
    return unseen.length === 0 ? ExitCode.ok : ExitCode.attention;
  },
});
