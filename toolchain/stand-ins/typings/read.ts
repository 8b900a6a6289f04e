import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DeclarationIndex, indexDeclarations } from "./declarations.ts";
import { findClass, findInterface, type Names, parseDeclarations, readEnum, readProperties } from "./parse.ts";
import type { Properties, Shape } from "./shape.ts";

/** `aws:ec2/vpc:Vpc`; a component's token, `awsx:ec2:Vpc`, names no file. */
const tokenForm = /^([a-z]+):([A-Za-z0-9]+)(?:\/([A-Za-z0-9]+))?:([A-Za-z0-9]+)$/;

/** Reads the typings of one installed package. */
export class TypingsReader {
  readonly #folder: string;
  readonly #package: string;
  readonly #listed = new Map<string, readonly string[]>();
  readonly #texts = new Map<string, { readonly text: string; readonly index: DeclarationIndex }>();

  /** @param folder where the package is installed, such as `node_modules/@pulumi/aws` */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#package = name;
  }

  /** What a resource takes and gives, or undefined where the package has no such type. */
  resource(token: string): Shape | undefined {
    const found = this.#find(token, `__pulumiType = '${token}'`);
    if (!found) return undefined;
    const file = parseDeclarations(found.text);
    const declaration = findClass(file, found.name);
    if (!declaration) return undefined;
    return this.#shape(token, (names) => {
      const args = findInterface(file, `${found.name}Args`);
      return {
        inputs: args ? readProperties(file, args, names) : {},
        outputs: readProperties(file, declaration, names),
      };
    });
  }

  /** What a function takes and answers. */
  invoke(token: string): Shape | undefined {
    const found = this.#find(token, `"${token}"`);
    if (!found) return undefined;
    const file = parseDeclarations(found.text);
    const base = `${found.name.charAt(0).toUpperCase()}${found.name.slice(1)}`;
    return this.#shape(token, (names) => {
      const args = findInterface(file, `${base}Args`);
      const result = findInterface(file, `${base}Result`);
      return {
        inputs: args ? readProperties(file, args, names) : {},
        outputs: result ? readProperties(file, result, names) : {},
      };
    });
  }

  /** What the provider is configured with. */
  provider(): Shape {
    const file = parseDeclarations(this.#text("provider.d.ts"));
    const args = findInterface(file, "ProviderArgs");
    if (!args) throw new Error(`The typings of ${this.#package} have no ProviderArgs.`);
    const token = `pulumi:providers:${this.#package}`;
    return this.#shape(token, (names) => ({ inputs: readProperties(file, args, names), outputs: {} }));
  }

  /** The file whose script has the mark: the token itself, so that no other name will do. */
  #find(token: string, mark: string): { readonly text: string; readonly name: string } | undefined {
    const [, name, module = "", named, member = ""] = tokenForm.exec(token) ?? [];
    if (name !== this.#package) return undefined;
    const folder = module === "index" ? "" : module;
    // The generator writes some names in other letters than the token has: s3Location lies in s3location.
    const wanted = new Set([`${named ?? member}.js`, `${named ?? member}_.js`].map((file) => file.toLowerCase()));
    const script = this.#files(folder).find(
      (file) => wanted.has(file.toLowerCase()) && this.#text(join(folder, file)).includes(mark),
    );
    if (script === undefined) return undefined;
    return { text: this.#text(join(folder, script.replace(/\.js$/, ".d.ts"))), name: member };
  }

  #files(folder: string): readonly string[] {
    let known = this.#listed.get(folder);
    if (!known) {
      const whole = join(this.#folder, folder);
      known = existsSync(whole) ? readdirSync(whole) : [];
      this.#listed.set(folder, known);
    }
    return known;
  }

  #text(path: string): string {
    return readFileSync(join(this.#folder, path), "utf8");
  }

  /** Reads properties, then every object that they lead to. */
  #shape(token: string, read: (names: Names) => Pick<Shape, "inputs" | "outputs">): Shape {
    const wanted: string[] = [];
    const objects: Record<string, Properties> = {};
    const names: Names = {
      object: (qualified) => {
        wanted.push(qualified);
        return qualified;
      },
      values: (qualified) => this.#values(qualified),
    };
    const { inputs, outputs } = read(names);
    for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
      if (!Object.hasOwn(objects, name)) objects[name] = this.#object(name, names);
    }
    return { token, inputs, outputs, objects };
  }

  #object(qualified: string, names: Names): Properties {
    const [side = "", ...path] = qualified.split(".");
    const declared = this.#declaration(join("types", `${side.replace(/s$/, "")}.d.ts`), path.join("."));
    if (declared === undefined)
      throw new Error(`The typings of ${this.#package} name ${qualified} and do not have it.`);
    const file = parseDeclarations(declared);
    const declaration = findInterface(file, path.at(-1) ?? "");
    if (!declaration) throw new Error(`${qualified} of ${this.#package} is no interface.`);
    return readProperties(file, declaration, names);
  }

  #values(qualified: string): readonly string[] | undefined {
    const [, ...path] = qualified.split(".");
    const name = path.pop() ?? "";
    const declared = this.#declaration(join("types", "enums", ...path, "index.d.ts"), name);
    return declared === undefined ? undefined : readEnum(parseDeclarations(declared));
  }

  /** The text of one declaration of a generated file. */
  #declaration(path: string, name: string): string | undefined {
    let known = this.#texts.get(path);
    if (!known) {
      const text = this.#text(path);
      known = { text, index: indexDeclarations(text) };
      this.#texts.set(path, known);
    }
    const place = Object.hasOwn(known.index, name) ? known.index[name] : undefined;
    return place && known.text.slice(...place);
  }
}
