import { z } from 'zod';

const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A time as ISO 8601, in UTC unless it says otherwise; milliseconds since 1970. A date is its beginning. */
export const timeSchema = z
  .string({ error: 'must be a time as 2016-06-13T11:00:00.000000' })
  .transform((text) => toMs(text.trim()))
  .pipe(z.number({ error: 'must be a time as 2016-06-13T11:00:00.000000' }))
  .meta({ format: 'date-time' });

function toMs(text: string): number | undefined {
  const [, date, time = '00:00', zone = 'Z'] = form.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}
