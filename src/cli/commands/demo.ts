/** `kith demo`: several devices on this machine, real daemons and real files, made equal and proved to be. */

import { z } from 'zod';
import { textSchema } from '../../api/fields.ts';
import { asKithError } from '../../base/error.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';
import { becomeEqual, explain, fillFirst, play, prove } from '../demo/acts.ts';
import { shareAmongAll, startDevices } from '../demo/devices.ts';
import { Ground } from '../demo/ground.ts';
import { countText } from '../format.ts';

const LEAST_DEVICES = 2;
const MOST_DEVICES = 16;
const DEFAULT_DEVICES = 4;

const deviceCount = textSchema
  .regex(/^\d{1,4}$/, 'must be a number')
  .transform(Number)
  .refine(
    (count) => count >= LEAST_DEVICES && count <= MOST_DEVICES,
    `must be from ${LEAST_DEVICES} to ${MOST_DEVICES}`,
  );

export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'Run several devices on this machine and watch them become equal',
  options: [
    {
      form: '--devices <number>',
      about: `${LEAST_DEVICES} to ${MOST_DEVICES} (default: ${DEFAULT_DEVICES})`,
    },
    { form: '--once', about: 'end as soon as all are equal' },
  ],
  examples: ['kith demo', 'kith demo --devices 6', 'kith demo --once'],
  input: z.object({
    devices: deviceCount.default(DEFAULT_DEVICES),
    once: z.boolean().default(false),
  }),
  async run({ devices: count, once }, context) {
    const { out, signal } = context;
    await using ground = await Ground.make(signal);
    out.line(`Everything stands in ${ground.directory} and is removed at the end.`);
    try {
      await tell({ count, once, ground, context });
    } catch (error) {
      out.draft([]);
      if (asKithError(error, 'DEMO_NOT_EQUAL') !== undefined) {
        ground.keep();
        out.note(`Folders, homes and logs are kept for a look: ${ground.directory}`);
      }
      throw error;
    }
    out.draft([]);
    out.line('Stopping the daemons and removing the directory.');
    return ExitCode.ok;
  },
});

async function tell(story: {
  readonly count: number;
  readonly once: boolean;
  readonly ground: Ground;
  readonly context: Context;
}): Promise<void> {
  const { count, once, ground, context } = story;
  const { out } = context;
  const names = Array.from({ length: count }, (_, at) => `device-${at + 1}`);
  const places = await Promise.all(names.map((name) => ground.place(name)));
  const filled = await fillFirst(places, { ground, context });
  out.line(`Starting ${countText(count, 'daemon')}; each knows all others.`);
  const devices = await startDevices(places, { ground, context });
  for (const { name, address, id } of devices) out.line(`  ${name}  ${address}  ${id}`);
  await shareAmongAll(devices);
  const start = await becomeEqual(devices, { filled, context });
  await prove(devices, context);
  if (!once) {
    explain(devices, out);
    await play(devices, { start, context });
  }
}
