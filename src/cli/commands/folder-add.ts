/** `kith folder add`: a directory becomes a folder that can be shared. */

import path from 'node:path';
import { z } from 'zod';
import { folderIdSchema, folderKindSchema, textSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const folderAddCommand = defineCommand({
  name: 'folder add',
  summary: 'Make a directory a folder that is kept equal',
  arguments: [
    { form: '<id>', about: 'the name by which all devices know the folder' },
    { form: '<path>', about: 'the directory here; it is made if it is not there' },
  ],
  options: [
    {
      form: '--share <device>',
      about: 'share it with this device, several times for several',
      isMany: true,
    },
    { form: '--kind <kind>', about: 'send-receive (default), send-only or receive-only' },
  ],
  examples: [
    'kith folder add docs ~/docs --share nas',
    'kith folder add photos /mnt/photos --share nas --kind send-only',
  ],
  input: z.object({
    id: folderIdSchema,
    path: textSchema.min(1, 'must not be empty'),
    share: z.array(textSchema).optional(),
    kind: folderKindSchema.optional(),
  }),
  async run({ id, path: where, share, kind }, context) {
    const root = path.resolve(context.directory, where);
    const request = { id, path: root, ...(share && { share }), ...(kind && { kind }) };
    await withConfiguration(context, (service) => service.addFolder(request));
    context.out.note(`Added ${id} at ${root}.`);
    return ExitCode.ok;
  },
});
