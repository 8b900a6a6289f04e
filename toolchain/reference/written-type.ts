import * as ts from "typescript";

/** Stands where a function leaves it to the compiler what it gives. */
export const leftToCompiler = "<inferred>";

/** What a declaration says of its type, on one line: empty where it leaves that to the compiler. */
export function writtenType(declaration: ts.Node): string {
  if (ts.isFunctionDeclaration(declaration))
    return `${declaration.name?.text}${takes(declaration)}: ${gives(declaration)}`;
  if (ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration)) {
    return `${takes(declaration)} => ${gives(declaration)}`;
  }
  const typed =
    ts.isPropertySignature(declaration) ||
    ts.isPropertyDeclaration(declaration) ||
    ts.isVariableDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration);
  return typed ? plain(declaration.type) : "";
}

function takes({ parameters }: ts.SignatureDeclaration): string {
  const taken = parameters.map(({ name, questionToken, initializer, type }) => {
    const called = ts.isIdentifier(name) ? name.text : "options";
    return `${called}${questionToken || initializer ? "?" : ""}: ${plain(type)}`;
  });
  return `(${taken.join(", ")})`;
}

function gives({ type }: ts.SignatureDeclaration): string {
  return type === undefined ? leftToCompiler : plain(type);
}

function plain(type: ts.TypeNode | undefined): string {
  return (type?.getText() ?? "")
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
    .replace(/\bpulumi\./g, "")
    .replace(/\breadonly /g, "")
    .replace(/\s+/g, " ")
    .trim();
}
