/** The samples of a page of metrics, by name and labels as they stand there. */
export type Samples = ReadonlyMap<string, number>;

/** Read a page of metrics. */
export async function readMetrics(url: string, headers: Record<string, string> = {}): Promise<Samples> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`metrics answered ${response.status}: ${text}`);
  return parseMetrics(text);
}

/** Parse Prometheus's text format. */
export function parseMetrics(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Those whose name begins so. */
export function samplesOf(samples: Samples, prefix: string): Record<string, number> {
  return Object.fromEntries([...samples].filter(([name]) => name.startsWith(prefix)));
}
