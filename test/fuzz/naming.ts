import type { Reply } from '../harness/http-client.ts';
import type { Surface } from '../integration/authorisation/surface.ts';

/**
 * Whether a refusal tells what is wrong with the request: a value of its body holds one of these names, in one or several
 * words, or is a text that the vendor has for just this. Names of the answer's own fields do not count.
 */
export function tellsOf(
  names: readonly string[],
  reply: Reply,
  { ownTexts = [] }: Pick<Surface, 'ownTexts'>,
) {
  const isOfThese = (about: 'all' | readonly string[]) =>
    about === 'all' || names.some((name) => about.includes(name));
  const forms = [
    ...names.map((name) => new RegExp(`\\b${inWords(name).replaceAll(' ', '[ _-]?')}\\b`, 'i')),
    ...ownTexts.filter(({ about }) => isOfThese(about)).map(({ says }) => says),
  ];
  return textsIn(reply.json).some((text) => forms.some((form) => form.test(text)));
}

/** `faceData1` as `face Data 1`, and `person_id` as `person id`. */
function inWords(name: string): string {
  return name.replaceAll(/([a-z])([A-Z0-9])/g, '$1 $2').replaceAll(/[_-]/g, ' ');
}

function textsIn(json: unknown): string[] {
  if (typeof json === 'string') return [json];
  if (typeof json !== 'object' || json === null) return [];
  return Object.values(json).flatMap(textsIn);
}
