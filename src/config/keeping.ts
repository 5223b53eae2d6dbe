import { z } from 'zod';

/** How long records are kept that grow by themselves, and how many of them. */

const days = z.int().min(1).max(36_500);
const atMost = z.int().min(1).max(1_000_000_000);

export const historySchema = z.strictObject({
  record: z.enum(['all', 'camera', 'none']).default('all').meta({
    description:
      'Which recognitions become events: all, those that a camera is named for, or none. Events hold ids, no names.',
  }),
  keepDays: days.default(30).meta({
    description: 'How long an event is kept.',
    unit: 'days',
  }),
  keepAtMost: atMost.default(1_000_000).meta({
    description: 'How many events are kept; the oldest go first.',
    unit: 'events',
  }),
  onErasure: z.enum(['anonymise', 'remove']).default('anonymise').meta({
    description:
      'What becomes of the events of a person who is erased: they tell that somebody was there, or they go.',
  }),
});

export const auditSchema = z.strictObject({
  keepDays: days.default(365).meta({
    description: 'How long an entry of the audit record is kept.',
    unit: 'days',
  }),
  keepAtMost: atMost.default(1_000_000).meta({
    description: 'How many entries are kept; the oldest go first.',
    unit: 'entries',
  }),
});

export const jobsSchema = z.strictObject({
  keepDays: days.default(90).meta({
    description: 'How long a job is told after its end.',
    unit: 'days',
  }),
  keepAtMost: atMost.max(100_000).default(1_000).meta({
    description: 'How many ended jobs are told; the oldest go first.',
    unit: 'jobs',
  }),
});
