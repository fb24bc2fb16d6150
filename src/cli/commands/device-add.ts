/** `kith device add`: another device may connect, and is dialled. */

import { z } from 'zod';
import { deviceAddressSchema } from '../../api/address-fields.ts';
import { deviceIdSchema, nameSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const deviceAddCommand = defineCommand({
  name: 'device add',
  summary: 'Let another device connect',
  arguments: [{ form: '<id>', about: 'its id, as kith id prints it there' }],
  options: [
    { form: '--name <name>', about: 'what it is called here (default: the beginning of its id)' },
    {
      form: '--address <address>',
      about:
        'tcp://HOST:PORT, or dynamic if it dials us; several times for several (default: dynamic)',
      isMany: true,
    },
  ],
  examples: ['kith device add ID --name nas --address tcp://192.0.2.7:22000'],
  input: z.object({
    id: deviceIdSchema,
    name: nameSchema.optional(),
    address: z.array(deviceAddressSchema).optional(),
  }),
  async run({ id, name, address }, context) {
    const request = { id, ...(name && { name }), ...(address && { addresses: address }) };
    await withConfiguration(context, (service) => service.addDevice(request));
    context.out.note(
      `Added ${name ?? id}. It must add this device too, and each shares the folder.`,
    );
    return ExitCode.ok;
  },
});
