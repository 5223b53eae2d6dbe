import type { UploadedFile } from '../harness/http-client.ts';
import type { Sample } from '../integration/authorisation/surface.ts';

/** How a request became what it is. */
export type Change = { readonly what: string; readonly apply: (sample: Sample) => Sample };

/** As what a sample's body is sent; `undefined` for a picture alone and for none. */
export type Media = 'application/json' | 'multipart/form-data' | undefined;

export function mediaOf({ json, files }: Sample): Media {
  if (json !== undefined) return 'application/json';
  return files && 'multipart/form-data';
}

/** Over what the sample has there only when that is wanted. */
export function setQuery(name: string, value: string, over = false): Change {
  const apply = (sample: Sample) => ({
    ...sample,
    path: withQuery(sample.path, (query) => {
      if (over || !query.has(name)) query.set(name, value);
    }),
  });
  return { what: `?${name}=${value.slice(0, 40)}`, apply };
}

/** Without the parameter, wherever it may stand. */
export function without(name: string): Change {
  const apply = (sample: Sample) => ({
    ...setField(name, undefined, true).apply(sample),
    path: withQuery(sample.path, (query) => query.delete(name)),
  });
  return { what: `without ${name}`, apply };
}

export function setInPath(pattern: string, name: string, text: string): Change {
  const at = pattern.split('/').indexOf(`{${name}}`);
  const apply = (sample: Sample) => {
    const [path = '', ...query] = sample.path.split('?');
    const steps = path.split('/');
    steps[at] = encodeURIComponent(text);
    return { ...sample, path: [steps.join('/'), ...query].join('?') };
  };
  return { what: `/${text}`, apply };
}

/**
 * Sets a field of a JSON object, or of the first of an array of them, or a text beside files; `undefined` takes the field
 * away, or the file of that name. Over what the sample has there only when that is wanted.
 */
export function setField(name: string, value: unknown, over = false): Change {
  const apply = (sample: Sample): Sample => {
    const { json, files, fields = {} } = sample;
    if (json !== undefined) return { ...sample, json: withField(json, { name, value, over }) };
    if (!files) return sample;
    if (value === undefined) return { ...sample, files: files.filter((file) => !isNamed(file, name)) };
    const bytes = new TextEncoder().encode(String(value));
    const isFile = files.some((file) => isNamed(file, name));
    if (isFile) return over ? { ...sample, files: files.map((file) => ({ ...file, bytes })) } : sample;
    return { ...sample, fields: { ...fields, [name]: String(value) } };
  };
  return { what: `${name}: ${JSON.stringify(value)?.slice(0, 40) ?? 'nothing'}`, apply };
}

/** A part is `file` unless it says otherwise. */
function isNamed({ part = 'file' }: UploadedFile, name: string): boolean {
  return part === name;
}

type NewField = { readonly name: string; readonly value: unknown; readonly over: boolean };

function withField(json: unknown, field: NewField): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item, at) => (at === 0 ? withField(item, field) : item));
  return !field.over && field.name in json ? json : { ...json, [field.name]: field.value };
}

/** A body that cannot be read; files that are no pictures. */
export function brokenBody({ json, files, body: _, ...sample }: Sample): Sample {
  const bytes = new TextEncoder().encode('{"no": [picture');
  if (files) return { ...sample, files: files.map((file) => ({ ...file, bytes })) };
  const headers =
    json === undefined ? sample.headers : { ...sample.headers, 'Content-Type': 'application/json' };
  return { ...sample, body: bytes, ...(headers && { headers }) };
}

export function withoutBody({ json: _, files: __, body: ___, ...sample }: Sample): Sample {
  return sample;
}

function withQuery(path: string, change: (query: URLSearchParams) => void): string {
  const [base = '', given = ''] = path.split('?');
  const query = new URLSearchParams(given);
  change(query);
  const text = query.toString();
  return text === '' ? base : `${base}?${text}`;
}
