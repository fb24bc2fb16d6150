/** `kith init`: sets up a home and prints the new device's id. */

import { z } from 'zod';
import {
  apiAddressSchema,
  DEFAULT_API_LISTEN,
  DEFAULT_LISTEN,
  listenAddressSchema,
} from '../../api/address-fields.ts';
import { nameSchema } from '../../api/fields.ts';
import { homeFiles } from '../../host/locations.ts';
import { defineCommand, ExitCode } from '../command.ts';

export const initCommand = defineCommand({
  name: 'init',
  summary: 'Set this device up: identity, keys and config.yaml',
  options: [
    {
      form: '--name <name>',
      about: 'what others call this device (default: the name of this machine)',
    },
    {
      form: '--listen <address>',
      about: `where others reach it, several times for several addresses (default: ${DEFAULT_LISTEN})`,
      isMany: true,
    },
    {
      form: '--api <host:port>',
      about: `where these commands reach the daemon (default: ${DEFAULT_API_LISTEN})`,
    },
    { form: '--json', about: 'print JSON' },
  ],
  examples: [
    'kith init --name laptop',
    'kith init --listen tcp://0.0.0.0:22001 --api 127.0.0.1:22081',
  ],
  input: z.object({
    name: nameSchema.optional(),
    listen: z.array(listenAddressSchema).default([DEFAULT_LISTEN]),
    api: apiAddressSchema.default(DEFAULT_API_LISTEN),
    json: z.boolean().default(false),
  }),
  async run({ json, ...options }, { home, program, out }) {
    const device = await program.initHome(home, options);
    const { home: where } = homeFiles(home);
    if (json) out.json({ device, home: where });
    else out.line(device);
    out.note(`Set up in ${where}. Next: kith device add, kith folder add, kith up.`);
    return ExitCode.ok;
  },
});
