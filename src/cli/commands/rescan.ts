/** `kith rescan`: looks at every file of a folder now, and ends when that is done. */

import { rescanSchema } from '../../api/requests.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';

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
    await client.rescan(request);
    return ExitCode.ok;
  },
});
