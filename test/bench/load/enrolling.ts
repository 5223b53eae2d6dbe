import type { Photograph } from '../pictures/photographs.ts';
import { type Answer, type ComprefaceClient, comprefaceClient } from '../service/compreface-client.ts';
import { multipartOf } from '../service/multipart.ts';
import type { BenchService } from '../service/start-service.ts';

export type EnrolledPeople = {
  /** How many were acknowledged. */
  readonly enrolled: number;
  /** Acknowledged ones that are not whole, and others of whom there is a trace. */
  readonly halfEnrolled: number;
};

/** Somebody who enrols one person after another, each under a name of her own, until told to stop. */
export type Enrolling = AsyncDisposable & { stop(): Promise<EnrolledPeople> };

/** Enrols into the service's second collection, so that what is recognised in the first stays the same. */
export function startEnrolling(service: BenchService, prefix: string): Enrolling {
  const client = comprefaceClient(service.enrolAddress);
  const acknowledged = new Map<string, Photograph>();
  let going = true;
  const work = (async () => {
    for (let turn = 0; going; turn++) {
      const subject = `${prefix}-${turn}`;
      const photo = service.faces[turn % service.faces.length]!;
      const { status, body } = await client.enrol(subject, multipartOf(photo.name, photo.bytes));
      if (status === 201) acknowledged.set(subject, photo);
      else if (status !== 503) throw new Error(`Enrolment was answered ${status}: ${body.toString()}`);
    }
  })();
  const end = async () => {
    going = false;
    await work;
  };
  return {
    async stop() {
      await end();
      return { enrolled: acknowledged.size, halfEnrolled: await countHalves(client, prefix, acknowledged) };
    },
    async [Symbol.asyncDispose]() {
      await end();
      client[Symbol.dispose]();
    },
  };
}

type ListedFace = { readonly image_id: string; readonly subject: string };

async function countHalves(
  client: ComprefaceClient,
  prefix: string,
  acknowledged: ReadonlyMap<string, Photograph>,
): Promise<number> {
  const { subjects } = json<{ subjects: string[] }>(await client.get('/subjects'));
  const { faces } = json<{ faces: ListedFace[] }>(await client.get('/faces?size=2000'));
  const named = new Set([...subjects, ...faces.map(({ subject }) => subject), ...acknowledged.keys()]);
  let halves = 0;
  for (const subject of named) {
    if (!subject.startsWith(prefix)) continue;
    const own = faces.filter((face) => face.subject === subject);
    const photo = acknowledged.get(subject);
    const whole =
      photo !== undefined &&
      subjects.includes(subject) &&
      own.length === 1 &&
      (await client.get(`/faces/${own[0]!.image_id}/img`)).body.equals(photo.bytes);
    if (!whole) halves++;
  }
  return halves;
}

function json<Body>({ status, body }: Answer): Body {
  if (status !== 200) throw new Error(`A list was answered ${status}: ${body.toString()}`);
  return JSON.parse(body.toString()) as Body;
}
