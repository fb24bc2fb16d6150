/** `kith folder remove`: a folder is kept equal no more. */

import { z } from 'zod';
import { folderIdSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const folderRemoveCommand = defineCommand({
  name: 'folder remove',
  summary: 'Keep a folder equal no more; its files stay',
  arguments: [{ form: '<id>', about: 'the folder' }],
  examples: ['kith folder remove docs'],
  input: z.object({ id: folderIdSchema }),
  async run({ id }, context) {
    await withConfiguration(context, (service) => service.removeFolder(id));
    context.out.note(`Removed ${id}. Its files stay where they are, here and elsewhere.`);
    return ExitCode.ok;
  },
});
