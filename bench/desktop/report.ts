import { type Fit, fitOf, type Idle, type Room } from "./fit.ts";

/** Seconds of one round, each from its beginning to the first frame in the browser. */
export interface Round {
  readonly floor: number;
  readonly floorCold: number;
  readonly warm: number;
  readonly cold: number;
  /** Seconds of the warm one's operation: until Pulumi was through, and from then until the pod was ready. */
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
  /** The middle of the rounds, each figure for itself. */
  readonly firstFrame: Round;
  readonly idle: Readonly<Record<IdleKind, IdleFigures>>;
  readonly scroll: ScrollFigures;
  readonly room: Room;
}

/** Most seconds from the request to the first frame, for a container that takes so many alone. */
export function mostSeconds(floor: number): number {
  return 1.5 * floor + 1;
}

/** For scripts: the last line of `--json`. */
export function desktopReport({ firstFrame, idle, scroll, room }: DesktopFigures) {
  const { floor, floorCold, warm, cold, engine, ready } = firstFrame;
  return {
    bench: "desktop",
    floor: { firstFrameSeconds: round(floor, 2), coldFirstFrameSeconds: round(floorCold, 2) },
    cold: { firstFrameSeconds: round(cold, 2), mostSeconds: round(mostSeconds(floorCold), 2) },
    warm: {
      firstFrameSeconds: round(warm, 2),
      mostSeconds: round(mostSeconds(floor), 2),
      engineSeconds: round(engine, 2),
      readySeconds: round(ready, 2),
    },
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

function idleReport({ alone, shown }: IdleFigures, room: Room) {
  return { ...idleRest(alone), fits: fitOf(alone, room), shown: { ...idleRest(shown), fits: fitOf(shown, room) } };
}

function idleRest({ memoryMiB, cpuShare }: Idle): Idle {
  return { memoryMiB: round(memoryMiB, 0), cpuShare: round(cpuShare, 4) };
}

/** The rows of a table for people, the heading first: from the request to the first frame. */
export function firstFrameRows({ firstFrame }: DesktopFigures): string[][] {
  const row = (image: string, floor: number, berth: number): string[] => [
    ...[image, seconds(floor), seconds(berth), seconds(mostSeconds(floor))],
    berth <= mostSeconds(floor) ? "yes" : "no",
  ];
  return [
    ["image", "container alone", "Berth", "at most", "met"],
    row("there", firstFrame.floor, firstFrame.warm),
    row("pulled", firstFrame.floorCold, firstFrame.cold),
  ];
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
    floorCold: of(({ floorCold }) => floorCold),
    warm: of(({ warm }) => warm),
    cold: of(({ cold }) => cold),
    engine: of(({ engine }) => engine),
    ready: of(({ ready }) => ready),
  };
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
