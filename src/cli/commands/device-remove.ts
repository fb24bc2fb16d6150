/** `kith device remove`: a device may not connect any more, and leaves every folder. */

import { z } from 'zod';
import { textSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const deviceRemoveCommand = defineCommand({
  name: 'device remove',
  summary: 'Let a device connect no more; it leaves every folder',
  arguments: [{ form: '<device>', about: 'its name or id' }],
  examples: ['kith device remove nas'],
  input: z.object({ device: textSchema }),
  async run({ device }, context) {
    await withConfiguration(context, (service) => service.removeDevice(device));
    context.out.note(`Removed ${device}. The files that it has already stay there.`);
    return ExitCode.ok;
  },
});
