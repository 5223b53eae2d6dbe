/** How late main's timers fire, in milliseconds. */
export type LoopDelay = { readonly p50: number; readonly p99: number; readonly max: number };

/** Scrapes the service; the delay is that of the time since the last scrape. */
export async function readLoopDelay(url: string): Promise<LoopDelay> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const quantile = (name: string) => {
    const line = new RegExp(`^ostiary_event_loop_delay_seconds\\{quantile="${name}"\\} (\\S+)$`, 'm').exec(
      text,
    );
    if (line === null) throw new Error(`The metrics tell no event-loop delay at quantile ${name}`);
    return 1000 * Number(line[1]);
  };
  return { p50: quantile('0.5'), p99: quantile('0.99'), max: quantile('1') };
}
