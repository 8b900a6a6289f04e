// The SDK compiles an entry that is TypeScript by itself, with a compiler of its own; what a module imports, Node runs as
// it is.
import "./index.ts";
