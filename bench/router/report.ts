/** What went one way: directly, through the router, or through HAProxy. */
export interface WayFigures {
  readonly requestsPerSecond: number;
  /** Milliseconds of one request after the other on one connection. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Messages of WebSockets, both ways together. */
  readonly messagesPerSecond: number;
  readonly messageP50Ms: number;
  readonly megabytesPerSecond: number;
  /** Of the one in between; nobody is when it goes directly. */
  readonly cpu: null | {
    readonly requestsPerCpuSecond: number;
    readonly messagesPerCpuSecond: number;
    readonly cpuSecondsPerGigabyte: number;
  };
}

export interface RouterFigures {
  readonly direct: WayFigures;
  readonly router: WayFigures;
  readonly haproxy: WayFigures;
}

/** For scripts: the last line of `--json`. */
export function routerReport({ direct, router, haproxy }: RouterFigures) {
  const flat = ({ cpu, ...rest }: WayFigures) => ({ ...rest, ...cpu });
  return {
    bench: "router",
    direct: flat(direct),
    router: flat(router),
    haproxy: flat(haproxy),
    added: { p50Ms: round(router.p50Ms - direct.p50Ms, 3), p99Ms: round(router.p99Ms - direct.p99Ms, 3) },
    /** What the router moves with the same CPU, as a share of what HAProxy moves. */
    share: {
      requests: share(router.cpu?.requestsPerCpuSecond, haproxy.cpu?.requestsPerCpuSecond),
      messages: share(router.cpu?.messagesPerCpuSecond, haproxy.cpu?.messagesPerCpuSecond),
      bytes: share(haproxy.cpu?.cpuSecondsPerGigabyte, router.cpu?.cpuSecondsPerGigabyte),
    },
  };
}

/** The rows of a table for people, the heading first. */
export function routerRows({ direct, router, haproxy }: RouterFigures): string[][] {
  const row = (name: string, { cpu, ...figures }: WayFigures): string[] => [
    name,
    `${Math.round(figures.requestsPerSecond)}/s`,
    cpu === null ? "–" : `${Math.round(cpu.requestsPerCpuSecond)}`,
    `${figures.p50Ms.toFixed(2)} / ${figures.p99Ms.toFixed(2)} ms`,
    `${Math.round(figures.messagesPerSecond)}/s`,
    cpu === null ? "–" : `${Math.round(cpu.messagesPerCpuSecond)}`,
    `${Math.round(figures.megabytesPerSecond)} MB/s`,
    cpu === null ? "–" : `${cpu.cpuSecondsPerGigabyte.toFixed(2)} s`,
  ];
  return [
    [
      ...["way", "requests", "per CPU second", "latency p50 / p99", "messages", "per CPU second"],
      ...["bytes", "CPU per GB"],
    ],
    row("direct", direct),
    row("router", router),
    row("HAProxy", haproxy),
  ];
}

/** The middle of several rounds, each figure for itself. */
export function middle(rounds: readonly WayFigures[]): WayFigures {
  const of = (pick: (figures: WayFigures) => number, digits: number) =>
    round(rounds.map(pick).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0, digits);
  const [first] = rounds;
  return {
    requestsPerSecond: of((figures) => figures.requestsPerSecond, 0),
    p50Ms: of((figures) => figures.p50Ms, 3),
    p99Ms: of((figures) => figures.p99Ms, 3),
    messagesPerSecond: of((figures) => figures.messagesPerSecond, 0),
    messageP50Ms: of((figures) => figures.messageP50Ms, 3),
    megabytesPerSecond: of((figures) => figures.megabytesPerSecond, 0),
    cpu:
      first?.cpu == null
        ? null
        : {
            requestsPerCpuSecond: of((figures) => figures.cpu?.requestsPerCpuSecond ?? 0, 0),
            messagesPerCpuSecond: of((figures) => figures.cpu?.messagesPerCpuSecond ?? 0, 0),
            cpuSecondsPerGigabyte: of((figures) => figures.cpu?.cpuSecondsPerGigabyte ?? 0, 3),
          },
  };
}

function share(part: number | undefined, whole: number | undefined): number {
  return part === undefined || whole === undefined || whole === 0 ? 0 : round(part / whole, 2);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
