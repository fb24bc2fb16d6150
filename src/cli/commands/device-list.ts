/** `kith device list`: the devices that may connect. */

import { z } from 'zod';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';
import { plainText } from '../format.ts';
import { pausedText } from '../paused-thing.ts';
import { tableLines } from '../table.ts';

export const deviceListCommand = defineCommand({
  name: 'device list',
  summary: 'List the devices that may connect',
  options: [{ form: '--json', about: 'print JSON' }],
  examples: ['kith device list'],
  input: z.object({ json: z.boolean().default(false) }),
  async run({ json }, context) {
    const { devices } = await withConfiguration(context, (service) => service.configuration());
    if (json) context.out.json({ devices });
    else {
      const rows = devices.map(({ id, name, addresses, paused }) =>
        [name, id, [...addresses, ...pausedText(paused)].join(' ')].map(plainText),
      );
      for (const line of tableLines(rows)) context.out.line(line);
      if (devices.length === 0) context.out.note('No device yet: kith device add ID');
    }
    return ExitCode.ok;
  },
});
