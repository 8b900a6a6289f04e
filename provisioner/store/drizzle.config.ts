import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./provisioner/store/schema.ts",
  out: "./provisioner/store/migrations",
  migrations: { schema: "berth", table: "migrations" },
});
