import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { convertModels } from './convert-models.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: fileURLToPath(new URL('onnx', import.meta.url)) },
    pin: { type: 'boolean', default: false },
  },
});

const { converted, upToDate } = await convertModels({
  catalogueFile: fileURLToPath(new URL('catalogue.json', import.meta.url)),
  folder: values.folder,
  digests: values.pin ? 'pin' : 'check',
  log: (line) => console.log(`models: ${line}`),
});
console.log(`models: ${converted.length} converted, ${upToDate.length} up to date`);
