import { z } from 'zod';
import { type Field, fields } from './fields.ts';

const head = `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts; do not edit. -->

Nothing has to be configured. What is set is read once, at the start, from

1. one YAML file: the one given with \`--config\`, else the one that \`OSTIARY_CONFIG\` names, else
   \`/etc/ostiary/ostiary.yaml\` when it is there;
2. environment variables, which win over the file.

\`ostiary config check\` reads both and reports every mistake at once. A key or an \`OSTIARY_\` variable that is not on
this page is a mistake. A relative path in the file is taken from the file's folder, one in a variable from the working
directory.

\`\`\`yaml
# /etc/ostiary/ostiary.yaml
data:
  dir: /var/lib/ostiary
http:
  host: 0.0.0.0
  tls: { certificate: tls/cert.pem, key: tls/key.pem }
  ports: { compreface: 8000 }
\`\`\`
`;

/** The page docs/configuration.md: every setting with its variable, values, default and meaning. */
export function settingsReference(): string {
  const sections = Map.groupBy(fields, (field) => field.path[0] ?? '');
  return [
    head,
    ...[...sections].map(([name, list]) => `## ${name}\n\n${list.map(describeField).join('\n')}`),
  ].join('\n');
}

function describeField(field: Field): string {
  const values = valuesOf(field) + (field.unit ? `, in ${field.unit}` : '');
  return [
    `### \`${field.path.join('.')}\``,
    '',
    field.description,
    '',
    `- Variable: \`${field.variable}\``,
    `- Values: ${values}`,
    `- Default: ${defaultOf(field)}`,
    '',
  ].join('\n');
}

function defaultOf({ defaultText, defaultValue }: Field): string {
  if (defaultText !== undefined) return defaultText;
  return defaultValue === undefined ? 'none' : `\`${String(defaultValue)}\``;
}

/** What the schema allows, in words, by way of the JSON Schema that zod makes of it. */
function valuesOf({ schema, isPath }: Field): string {
  if (isPath) return 'a path';
  return wordsOf(allowedSchema.parse(z.toJSONSchema(schema, { io: 'input' })));
}

type Allowed = {
  readonly type?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly const?: string | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly anyOf?: readonly Allowed[] | undefined;
  readonly format?: string | undefined;
};

const allowedSchema: z.ZodType<Allowed> = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  get anyOf() {
    return z.array(allowedSchema).optional();
  },
  format: z.string().optional(),
});

function wordsOf(allowed: Allowed): string {
  if (allowed.anyOf) return allowed.anyOf.map(wordsOf).join(' or ');
  if (allowed.enum) return allowed.enum.map((value) => `\`${value}\``).join(', ');
  if (allowed.const !== undefined) return `\`${allowed.const}\``;
  if (allowed.type === 'boolean') return '`true`, `false`';
  if (allowed.type === 'integer') return `a whole number${range(allowed)}`;
  if (allowed.type === 'number') return `a number${span(allowed)}`;
  return allowed.format === 'uri' ? 'an https:// address' : 'a text';
}

/** Of numbers that need not be whole. */
function span({ minimum, exclusiveMinimum, maximum }: Allowed): string {
  return exclusiveMinimum === undefined
    ? ` from ${minimum} to ${maximum}`
    : ` over ${exclusiveMinimum}, up to ${maximum}`;
}

function range({ minimum, exclusiveMinimum, maximum }: Allowed): string {
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least === undefined) return '';
  return most === undefined ? ` from ${least}` : ` from ${least} to ${most}`;
}
