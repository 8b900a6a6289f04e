/** As whom the platform's programs log in to the database: each as a role of its own, with its own rights. */
export const databaseRoles = { api: "berth_api", router: "berth_router", engine: "berth_engine" } as const;

/** A program that has a role in the database. */
export type DatabaseProgram = keyof typeof databaseRoles;
