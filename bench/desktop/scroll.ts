import { setTimeout as delay } from "node:timers/promises";
import type { Berth } from "../../toolchain/berth.ts";
import { createClient } from "../../toolchain/client.ts";
import { podOf } from "./pod.ts";
import type { ScrollFigures } from "./report.ts";
import { type Window, windowSize } from "./window.ts";

export interface ScrollOptions {
  readonly berth: Berth;
  readonly workspace: string;
  readonly window: Window;
}

/** Seconds for which the page is scrolled, and keys in each of them: as a keyboard repeats one that is held. */
const [scrolledSeconds, keysPerSecond] = [10, 25];
/** Milliseconds after which the router has written down what passed: it does every five seconds. */
const writtenAfter = 6_000;
/** Bytes in that time of a screen on which nothing moves: beats of the heart. */
const quiet = 20_000;

/** Text as one reads it, black on white; its title tells how far it was scrolled. */
const page = `<!doctype html><title>top</title><style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto}</style>
<script>
for (let n = 1; n <= 2000; n += 1) document.write("<p>" + n + ". What is written here is read by nobody, " +
  "but it is as long as what somebody reads, and no two lines of it are alike: " + (n * 7919 % 9973) + ".</p>");
addEventListener("scroll", () => { document.title = "at " + Math.round(scrollY); });
</script>`;

/** A long page of text in the desktop's own browser, scrolled by the arrow key: what the router counts of it. */
export async function measureScrolling({ berth, workspace, window }: ScrollOptions): Promise<ScrollFigures> {
  const { node } = berth.cluster;
  if (node === null) throw new Error("There is no real node to measure on.");
  const pod = await podOf(node, workspace);
  const client = createClient(berth.url, berth.token);
  const titles = () => pod.run("python3", "/opt/window_controller.py", "list");
  const file = "/home/user/text.html";
  await pod.run("python3", "-c", `import sys; open("${file}", "w").write(sys.argv[1])`, page);
  await pod.run("sh", "-c", `setsid -f google-chrome --start-maximized file://${file} >/dev/null 2>&1 </dev/null`);
  while (!/\btop\b/.test(await titles())) await delay(250);

  /** What passed so far, once nothing moves any more. */
  const passed = async () => {
    for (let last = await client.usage(workspace); ; ) {
      await delay(writtenAfter);
      const now = await client.usage(workspace);
      if (now.bytesOut - last.bytesOut < quiet) return now;
      last = now;
    }
  };
  const before = await passed();
  await window.page.mouse.click(windowSize.width / 2, windowSize.height / 2);
  const began = performance.now();
  for (let key = 1; key <= scrolledSeconds * keysPerSecond; key += 1) {
    await window.page.keyboard.press("ArrowDown");
    await delay(Math.max(0, began + (key * 1000) / keysPerSecond - performance.now()));
  }
  const seconds = (performance.now() - began) / 1000;
  const after = await passed();
  const [, pixels] = /\bat (\d+)/.exec(await titles()) ?? [];
  if (pixels === undefined) throw new Error("The page was not scrolled: the keys went elsewhere.");
  const megabits = (bytes: number) => (bytes * 8) / 1e6 / seconds;
  return {
    pixelsPerSecond: Number(pixels) / seconds,
    megabitsPerSecond: megabits(after.bytesOut - before.bytesOut),
    megabitsPerSecondBack: megabits(after.bytesIn - before.bytesIn),
  };
}
