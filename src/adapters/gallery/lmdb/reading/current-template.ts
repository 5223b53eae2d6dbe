import type { Template } from '../../../../domain/face.ts';
import type { TemplateRow } from '../disk/codecs.ts';
import { numberBytes } from '../disk/keys.ts';
import { stateKey, type Tables } from '../disk/tables.ts';

/** A reference's template as it is searched, also between a change of the model and the moment when it is put in its row. */
export function currentTemplate(
  { nextTemplates, meta }: Pick<Tables, 'nextTemplates' | 'meta'>,
  number: number,
  { template }: TemplateRow,
): Template {
  const next = nextTemplates.get(numberBytes(number));
  return next && next.modelId === meta.get(stateKey)?.embedding ? next : template;
}
