/** `kith folder share`: a folder is kept equal with one more device. */

import { z } from 'zod';
import { folderIdSchema, textSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const folderShareCommand = defineCommand({
  name: 'folder share',
  summary: 'Share a folder with one more device',
  arguments: [
    { form: '<id>', about: 'the folder' },
    { form: '<device>', about: 'a device that was added, by name or id' },
  ],
  examples: ['kith folder share docs nas'],
  input: z.object({ id: folderIdSchema, device: textSchema }),
  async run({ id, device }, context) {
    await withConfiguration(context, (service) => service.shareFolder(id, { device }));
    context.out.note(`Shared ${id} with ${device}, which must have the folder too.`);
    return ExitCode.ok;
  },
});
