import picocolors from "picocolors";

/** How a long task tells the person at the terminal what it does. */
export interface Progress {
  /** A line worth reading. */
  info(text: string): void;
  /** A line that asks for attention. */
  warn(text: string): void;
  /** Runs one step, shows that it runs, and how long it took. `note` replaces the short text behind the title. */
  step<T>(title: string, run: (note: (text: string) => void) => Promise<T>): Promise<T>;
}

/** Where a terminal writes: `process.stdout` or `process.stderr`, or a test's own. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A printer of headings, lines, tables and steps. */
export interface Terminal extends Progress {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  line(text?: string): void;
  heading(text: string): void;
  /** Prints rows in aligned columns, the first row as the header. */
  table(rows: readonly (readonly string[])[]): void;
}

/** On a terminal the running step's line is redrawn this often; in a log a sign of life is given that often. */
const redrawMs = 250;
const signOfLifeMs = 30_000;

/** A duration as people read it: `0.4 s`, `12.3 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A size as people read it: `831 B`, `12 MB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Whether colours may be used: never with `NO_COLOR`, always with `FORCE_COLOR`, else on a terminal. */
function wantsColor(output: Output, environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== "0") return true;
  return output.isTTY === true && environment.TERM !== "dumb";
}

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const visible = (text: string): number => text.replace(ansi, "").length;

/**
 * The printer that set-up, start, demo, doctor and the benchmarks share.
 *
 * It writes to stderr unless told otherwise, so that what a command prints for scripts stays alone on stdout.
 */
export function createTerminal(
  output: Output = process.stderr,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  // Whoever reads us through a pipe may leave first (`… | head`): what is left to say is said to nobody.
  for (const stream of [process.stdout, process.stderr]) if (output === stream) stream.on("error", () => {});
  const colors = picocolors.createColors(wantsColor(output, environment));
  const live = output.isTTY === true && environment.TERM !== "dumb" && !environment.CI;
  /** The steps that run now, the innermost last; only its line is redrawn. */
  const running: { title: string; note: string; started: number; announced: boolean }[] = [];
  let drawn = false;

  const erase = (): void => {
    if (drawn) output.write("\r\u001b[2K");
    drawn = false;
  };
  const draw = (): void => {
    const step = running.at(-1);
    if (!live || !step) return;
    const text = `  … ${step.title} ${formatDuration(Date.now() - step.started)}${step.note ? ` · ${step.note}` : ""}`;
    output.write(`\r\u001b[2K${colors.dim(text.slice(0, Math.max(20, (output.columns ?? 80) - 1)))}`);
    drawn = true;
  };
  const line = (text = ""): void => {
    erase();
    output.write(`${text}\n`);
    draw();
  };

  const step = async <T>(title: string, run: (note: (text: string) => void) => Promise<T>): Promise<T> => {
    const self = { title, note: "", started: Date.now(), announced: false };
    running.push(self);
    draw();
    const timer = setInterval(
      () => {
        if (live) draw();
        else line(`  … ${title} (${formatDuration(Date.now() - self.started)}${self.note ? `, ${self.note}` : ""})`);
      },
      live ? redrawMs : signOfLifeMs,
    );
    timer.unref();
    const end = (sign: string): void => {
      clearInterval(timer);
      running.splice(running.indexOf(self), 1);
      const note = self.note ? colors.dim(` · ${self.note}`) : "";
      line(`  ${sign} ${title} ${colors.dim(formatDuration(Date.now() - self.started))}${note}`);
    };
    try {
      const result = await run((note) => {
        self.note = note;
      });
      end(colors.green("✓"));
      return result;
    } catch (error) {
      end(colors.red("✗"));
      throw error;
    }
  };

  return {
    colors,
    line,
    step,
    heading: (text) => line(`${colors.bold(text)}`),
    info: (text) => line(`  ${text}`),
    warn: (text) => line(`  ${colors.yellow("!")} ${text}`),
    table: (rows) => {
      const widths: number[] = [];
      for (const row of rows) {
        for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visible(cell));
      }
      for (const [index, row] of rows.entries()) {
        const cells = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - visible(cell)));
        const text = `  ${cells.join("  ").trimEnd()}`;
        line(index === 0 ? colors.dim(text) : text);
      }
    },
  };
}

/** A progress that says nothing: for tests and for callers with their own output. */
export const silent: Progress = {
  info: () => {},
  warn: () => {},
  step: (_title, run) => run(() => {}),
};
