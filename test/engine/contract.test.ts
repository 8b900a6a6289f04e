import { createTestEngine } from "../support/engine.ts";
import { engineContract } from "./contract.ts";

engineContract("The engine on real processes", () => createTestEngine());
