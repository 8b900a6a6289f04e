/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** A stage of a Dockerfile: what begins with `FROM`. */
export interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** What a Dockerfile says: its arguments before the first stage, and its stages. Comments are left out. */
export interface Dockerfile {
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile. As far as the ones in `images/` go: one instruction begins each line that continues no other. */
export function readDockerfile(text: string): Dockerfile {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const instructions = lines
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .flatMap((line) => {
      const [, keyword, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
      return keyword === undefined ? [] : [{ keyword: keyword.toUpperCase(), text: (rest ?? "").trim() }];
    });
  const first = instructions.findIndex(({ keyword }) => keyword === "FROM");
  const args = Object.fromEntries(
    instructions
      .slice(0, first)
      .filter(({ keyword }) => keyword === "ARG")
      .map(({ text }) => {
        const [name = "", value = ""] = text.split("=", 2);
        return [name, value];
      }),
  );
  return { args, stages: stagesOf(instructions.slice(first)) };
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === "FROM" ? [index] : []));
  return starts.map((start, index) => {
    const [base = "", , name] = (instructions[start]?.text ?? "").split(/\s+/);
    return { name, base, instructions: instructions.slice(start + 1, starts[index + 1]) };
  });
}

/** Everything that the image of a stage was told: its own instructions after those of the stages that it stands on. */
export function inheritedBy({ stages }: Dockerfile, stage: Stage): readonly Instruction[] {
  const below = stages.find(({ name }) => name === stage.base);
  return [...(below === undefined ? [] : inheritedBy({ args: {}, stages }, below)), ...stage.instructions];
}
