import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { freePort } from "../../toolchain/free-port.ts";
import { checkout } from "../../toolchain/paths.ts";
import { type CpuMeter, createCpuMeter } from "../cpu.ts";
import { pageConfig, proxyConfig } from "./haproxy.ts";
import type { LoadFigures, LoadOrder } from "./load.ts";
import { cores, findPrograms, type Running, runLoad, start, untilListening } from "./processes.ts";
import { middle, type RouterFigures, type WayFigures } from "./report.ts";

export interface RouterBenchOptions {
  /** A folder that is thrown away. */
  readonly folder: string;
  /** Seconds of each measurement. */
  readonly seconds: number;
  readonly rounds: number;
  readonly note: (what: string) => void;
}

/** One way from browsers to programs. */
interface Way {
  /** Port that leads to the program of small pages, and the one that leads to that of bytes and messages. */
  readonly pages: number;
  readonly streams: number;
  /** The one in between; null when nobody is. */
  readonly meter: CpuMeter | null;
}

/** Connections of the measurements of how much passes. */
const connections = 32;
const hosts = { pages: "alice.ws.example.com", streams: "gateway--alice.ws.example.com" } as const;
const bytesOfEach = 1_000_000_000;

const readyLine = z.object({ port: z.number(), cookies: z.object({ pages: z.string(), streams: z.string() }) });
const loadLine = z.object({ count: z.number(), seconds: z.number(), p50Ms: z.number(), p99Ms: z.number() });

/** Measures the three ways in turns, on the same programs, with one core for the one in between and one for the rest. */
export async function runRouterBench(options: RouterBenchOptions): Promise<RouterFigures> {
  await findPrograms();
  const running: Running[] = [];
  const keep = async (program: Promise<Running>): Promise<Running> => {
    const started = await program;
    running.push(started);
    return started;
  };
  const node = (file: string, ...args: readonly string[]) => [
    process.execPath,
    join(checkout, "bench", "router", file),
    ...args,
  ];
  const haproxy = async (core: number, name: string, config: string, port: number) => {
    const file = join(options.folder, name);
    await writeFile(file, config);
    const started = await keep(start(core, ["haproxy", "-db", "-q", "-f", file], false));
    await untilListening(port);
    return started;
  };
  const meters: CpuMeter[] = [];
  const metered = ({ pid }: Running): CpuMeter => {
    const meter = createCpuMeter();
    meter.adopt(pid);
    meters.push(meter);
    return meter;
  };
  try {
    const pages = await freePort();
    await haproxy(cores.others, "pages.cfg", pageConfig(pages), pages);
    const streams = Number((await keep(start(cores.others, node("program.ts"), true))).said);
    const router = await keep(
      start(cores.measured, node("serve.ts", options.folder, String(pages), String(streams)), true),
    );
    const { port, cookies } = readyLine.parse(JSON.parse(router.said));
    const [first, second] = [await freePort(), await freePort()];
    const routes = [
      { from: first, to: pages },
      { from: second, to: streams },
    ];
    const proxy = await haproxy(cores.measured, "proxy.cfg", proxyConfig(routes), first);
    const ways = {
      direct: { pages, streams, meter: null },
      router: { pages: port, streams: port, meter: metered(router) },
      haproxy: { pages: first, streams: second, meter: metered(proxy) },
    } as const satisfies Readonly<Record<string, Way>>;

    const rounds: Record<keyof typeof ways, WayFigures[]> = { direct: [], router: [], haproxy: [] };
    // Code that has run for a while is what is deployed.
    for (const way of Object.values(ways)) await measure(way, cookies, 2);
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const name of ["direct", "haproxy", "router"] as const) {
        options.note(`round ${round}: ${name}`);
        rounds[name].push(await measure(ways[name], cookies, options.seconds));
      }
    }
    return { direct: middle(rounds.direct), router: middle(rounds.router), haproxy: middle(rounds.haproxy) };
  } finally {
    for (const program of running.toReversed()) await program.stop();
    for (const meter of meters) meter.close();
  }
}

interface Cookies {
  readonly pages: string;
  readonly streams: string;
}

async function measure(way: Way, cookies: Cookies, seconds: number): Promise<WayFigures> {
  const { meter } = way;
  const spent = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cpu: number }> => {
    const before = meter?.seconds() ?? 0;
    const result = await work();
    return { result, cpu: (meter?.seconds() ?? 0) - before };
  };
  const order: Omit<LoadOrder, "kind" | "connections" | "amount"> = {
    ...{ port: way.streams, host: hosts.streams, cookie: cookies.streams },
  };
  const one = await wrk(way.pages, cookies.pages, 1, Math.max(1, Math.ceil(seconds / 2)));
  const many = await spent(() => wrk(way.pages, cookies.pages, connections, seconds));
  const messages = await spent(() => load({ ...order, kind: "messages", connections, amount: seconds }));
  const bytes = await spent(() => load({ ...order, kind: "bytes", connections: 2, amount: bytesOfEach }));
  return {
    requestsPerSecond: many.result.requests / seconds,
    p50Ms: one.p50Ms,
    p99Ms: one.p99Ms,
    messagesPerSecond: messages.result.count / messages.result.seconds,
    messageP50Ms: messages.result.p50Ms,
    megabytesPerSecond: bytes.result.count / 1e6 / bytes.result.seconds,
    cpu:
      meter === null
        ? null
        : {
            requestsPerCpuSecond: many.result.requests / many.cpu,
            messagesPerCpuSecond: messages.result.count / messages.cpu,
            cpuSecondsPerGigabyte: bytes.cpu / (bytes.result.count / 1e9),
          },
  };
}

/** What a browser of today sends with a request. */
const fields = [
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  "Accept: */*",
  "Accept-Language: en-US,en;q=0.9",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: cors",
  "Sec-Fetch-Dest: empty",
  "Referer: https://alice.ws.example.com/",
];

async function wrk(port: number, cookie: string, count: number, seconds: number) {
  const lines = [`Host: ${hosts.pages}`, `Cookie: theme=dark; ${cookie}`, ...fields];
  const said = await runLoad([
    ...["wrk", "-t1", `-c${count}`, `-d${seconds}s`, "--latency"],
    ...lines.flatMap((line) => ["-H", line]),
    `http://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(`Not every request was answered:\n${said}`);
  return {
    requests: Number(/(\d+) requests in/.exec(said)?.[1]),
    p50Ms: milliseconds(/50%\s+(\S+)/.exec(said)?.[1] ?? ""),
    p99Ms: milliseconds(/99%\s+(\S+)/.exec(said)?.[1] ?? ""),
  };
}

/** A time as `wrk` writes it: 225.00us, 1.20ms, 1.00s. */
function milliseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * (unit === "us" ? 0.001 : unit === "ms" ? 1 : 1000);
}

async function load(order: LoadOrder): Promise<LoadFigures> {
  const said = await runLoad([process.execPath, join(checkout, "bench", "router", "load.ts"), JSON.stringify(order)]);
  return loadLine.parse(JSON.parse(said));
}
