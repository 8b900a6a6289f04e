import { type Fit, fitOf, type Idle, type Room } from "./fit.ts";

/** Seconds of one round, from its beginning to the first frame in the browser. */
export interface Round {
  /** Of the container alone. */
  readonly floor: number;
  readonly berth: number;
  /** Seconds of Berth's operation: until Pulumi was through, and from then until the pod was ready. */
  readonly engine: number;
  readonly ready: number;
}

export type IdleKind = "desktop" | "ide" | "home";

export interface IdleFigures {
  /** With no browser there, and with one that shows it. */
  readonly alone: Idle;
  readonly shown: Idle;
}

export interface ScrollFigures {
  readonly pixelsPerSecond: number;
  /** To the browser, and from it. */
  readonly megabitsPerSecond: number;
  readonly megabitsPerSecondBack: number;
}

export interface DesktopFigures {
  /** The middle of the rounds, each figure for itself: with the image on the node, and with one that it has to pull. */
  readonly warm: Round;
  readonly cold: Round;
  readonly idle: Readonly<Record<IdleKind, IdleFigures>>;
  readonly scroll: ScrollFigures;
  readonly room: Room;
}

/** Most seconds from the request to the first frame, for a container that takes so many alone. */
export function mostSeconds(floor: number): number {
  return 1.5 * floor + 1;
}

/** For scripts: the last line of `--json`. */
export function desktopReport({ warm, cold, idle, scroll, room }: DesktopFigures) {
  return {
    bench: "desktop",
    floor: { firstFrameSeconds: round(warm.floor, 2), coldFirstFrameSeconds: round(cold.floor, 2) },
    cold: berthReport(cold),
    warm: berthReport(warm),
    idle: {
      desktop: idleReport(idle.desktop, room),
      ide: idleReport(idle.ide, room),
      home: idleReport(idle.home, room),
    },
    scroll: {
      megabitsPerSecond: round(scroll.megabitsPerSecond, 2),
      megabitsPerSecondBack: round(scroll.megabitsPerSecondBack, 2),
      pixelsPerSecond: round(scroll.pixelsPerSecond, 0),
    },
  };
}

function berthReport({ floor, berth, engine, ready }: Round) {
  return {
    firstFrameSeconds: round(berth, 2),
    mostSeconds: round(mostSeconds(floor), 2),
    engineSeconds: round(engine, 2),
    readySeconds: round(ready, 2),
  };
}

function idleReport({ alone, shown }: IdleFigures, room: Room) {
  return { ...idleRest(alone), fits: fitOf(alone, room), shown: { ...idleRest(shown), fits: fitOf(shown, room) } };
}

function idleRest({ memoryMiB, cpuShare }: Idle): Idle {
  return { memoryMiB: round(memoryMiB, 0), cpuShare: round(cpuShare, 4) };
}

/** The rows of a table for people, the heading first: from the request to the first frame. */
export function firstFrameRows({ warm, cold }: DesktopFigures): string[][] {
  const row = (image: string, { floor, berth }: Round): string[] => [
    ...[image, seconds(floor), seconds(berth), seconds(mostSeconds(floor))],
    berth <= mostSeconds(floor) ? "yes" : "no",
  ];
  return [["image", "container alone", "Berth", "at most", "met"], row("there", warm), row("pulled", cold)];
}

/** The same of workspaces that nobody touches. */
export function idleRows({ idle, room }: DesktopFigures): string[][] {
  const row = (name: string, of: Idle): string[] => {
    const { count, limit }: Fit = fitOf(of, room);
    return [name, `${Math.round(of.memoryMiB)} MiB`, `${(of.cpuShare * 100).toFixed(1)} %`, `${count} (${limit})`];
  };
  return [
    ["idle", "memory", "of one CPU", "fit here"],
    ...(["desktop", "ide", "home"] as const).flatMap((kind) => [
      row(kind, idle[kind].alone),
      row(`${kind}, shown`, idle[kind].shown),
    ]),
  ];
}

/** The middle of several rounds, each figure for itself. */
export function middleRound(rounds: readonly Round[]): Round {
  const of = (pick: (figures: Round) => number) =>
    rounds.map(pick).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  return {
    floor: of(({ floor }) => floor),
    berth: of(({ berth }) => berth),
    engine: of(({ engine }) => engine),
    ready: of(({ ready }) => ready),
  };
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
