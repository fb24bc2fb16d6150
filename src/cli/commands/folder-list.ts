/** `kith folder list`: the folders and with whom they are shared. */

import { z } from 'zod';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';
import { plainText } from '../format.ts';
import { pausedText } from '../paused-thing.ts';
import { tableLines } from '../table.ts';

export const folderListCommand = defineCommand({
  name: 'folder list',
  summary: 'List the folders and with whom they are shared',
  options: [{ form: '--json', about: 'print JSON' }],
  examples: ['kith folder list'],
  input: z.object({ json: z.boolean().default(false) }),
  async run({ json }, context) {
    const { devices, folders } = await withConfiguration(context, (service) =>
      service.configuration(),
    );
    const names = new Map(devices.map(({ id, name }) => [id, name]));
    if (json) context.out.json({ folders });
    else {
      const rows = folders.map(({ id, kind, path, paused, devices: sharers }) => {
        const shared = sharers.map((device) => names.get(device) ?? device).join(' ');
        return [id, kind, path, [shared, ...pausedText(paused)].join(' ')].map(plainText);
      });
      for (const line of tableLines(rows)) context.out.line(line);
      if (folders.length === 0) context.out.note('No folder yet: kith folder add ID PATH');
    }
    return ExitCode.ok;
  },
});
